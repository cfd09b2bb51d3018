// SPDX-License-Identifier: MIT
#include <troika/subprocess/pipe_reader.hpp>

#include <troika/io/errors.hpp>
#include <troika/tasks/gather.hpp>
#include <troika/tasks/move_on_after.hpp>

#include "os/fd.hpp"
#include "subprocess/pipe_core.hpp"
#include "unit/subprocess/leftovers.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <string>
#include <system_error>
#include <utility>

namespace troika::subprocess {
namespace {

using namespace std::chrono_literals;

struct pipe_pair {
    pipe_reader reader;
    os::fd writer;
};

pipe_pair open_pair(event_loop& loop) {
    int ends[2];
    EXPECT_EQ(os::open_pipe(ends, false), 0);
    return {pipe_reader(pipe_core_owner(new pipe_core(loop, os::fd(ends[0]), "output of x"))),
            os::fd(ends[1])};
}

void put(const os::fd& pipe, std::string_view text) {
    EXPECT_EQ(os::write_some(pipe.get(), text.data(), static_cast<unsigned>(text.size())),
              static_cast<int>(text.size()));
}

class PipeReader : public NothingLeft {};

task<std::string> read_some(pipe_reader& from) {
    std::array<std::byte, 100> bytes;
    const std::size_t got = co_await from.read_some(bytes);
    co_return std::string(reinterpret_cast<const char*>(bytes.data()), got);
}

TEST_F(PipeReader, ReadsWhatIsThereAndTheEnd) {
    pipe_pair ends = open_pair(loop());
    put(ends.writer, "hello");
    EXPECT_EQ(run_here(read_some(ends.reader)), "hello");
    ends.writer.reset();
    EXPECT_EQ(run_here(read_some(ends.reader)), "");
    EXPECT_EQ(run_here(read_some(ends.reader)), "");
}

task<void> put_later(os::fd& pipe) {
    put(pipe, "late");
    co_return;
}
task<std::string> read_and_put(pipe_pair& ends) {
    auto both = co_await gather(read_some(ends.reader), put_later(ends.writer));
    co_return std::get<0>(both);
}

TEST_F(PipeReader, WaitsForBytes) {
    pipe_pair ends = open_pair(loop());
    EXPECT_EQ(run_here(read_and_put(ends)), "late");
}

task<void> read_lines(pipe_reader& from) {
    EXPECT_EQ(co_await from.read_line(), "one");
    EXPECT_EQ(co_await from.read_line(), "two");
    EXPECT_EQ(co_await from.read_until("; "), "three; ");
    EXPECT_EQ(co_await read_some(from), "fo");   // what was read ahead comes first
    EXPECT_EQ(co_await from.read_all(10), "");
    EXPECT_EQ(co_await from.read_line(), std::nullopt);
}

TEST_F(PipeReader, ReadsTextAsStreamsDo) {
    pipe_pair ends = open_pair(loop());
    put(ends.writer, "one\ntwo\r\nthree; fo");
    ends.writer.reset();
    run_here(read_lines(ends.reader));
}

TEST_F(PipeReader, HasLimits) {
    pipe_pair ends = open_pair(loop());
    put(ends.writer, "0123456789");
    try {
        run_here(ends.reader.read_line(5));
        ADD_FAILURE() << "there is a line";
    } catch (const limit_overrun& error) {
        EXPECT_EQ(error.limit(), 5u);
        EXPECT_EQ(std::string(error.what()).find("read output of x"), 0u);
    }
    EXPECT_THROW(run_here(ends.reader.read_all(9)), limit_overrun);
    ends.writer.reset();
    EXPECT_THROW(run_here(ends.reader.read_until("\n")), incomplete_read);   // takes all there is
    EXPECT_EQ(run_here(ends.reader.read_all(9)), "");
}

task<bool> give_up(pipe_reader& from) {
    const auto got = co_await move_on_after(1ms, read_some(from));
    co_return got.has_value();
}

TEST_F(PipeReader, LosesNothingWhenItIsCancelled) {
    pipe_pair ends = open_pair(loop());
    EXPECT_FALSE(run_here(give_up(ends.reader)));
    put(ends.writer, "kept");
    EXPECT_EQ(run_here(read_some(ends.reader)), "kept");
}

TEST_F(PipeReader, SaysThatItIsClosed) {
    pipe_pair ends = open_pair(loop());
    EXPECT_TRUE(ends.reader.is_open());
    ends.reader.close();
    ends.reader.close();
    EXPECT_FALSE(ends.reader.is_open());
    EXPECT_THROW(run_here(read_some(ends.reader)), std::system_error);
    EXPECT_THROW(run_here(ends.reader.read_line()), std::system_error);
}

}  // namespace
}  // namespace troika::subprocess
