// SPDX-License-Identifier: MIT
#include <troika/subprocess/pipe_writer.hpp>

#include <troika/tasks/gather.hpp>
#include <troika/tasks/move_on_after.hpp>

#include "os/fd.hpp"
#include "subprocess/pipe_core.hpp"
#include "unit/subprocess/leftovers.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <cstddef>
#include <string>
#include <system_error>
#include <utility>

namespace troika::subprocess {
namespace {

using namespace std::chrono_literals;

struct pipe_pair {
    pipe_reader reader;
    pipe_writer writer;
};

pipe_pair open_pair(event_loop& loop) {
    int ends[2];
    EXPECT_EQ(os::open_pipe(ends, false), 0);
    EXPECT_EQ(os::set_nonblocking(ends[1], true), 0);
    return {pipe_reader(pipe_core_owner(new pipe_core(loop, os::fd(ends[0]), "output of x"))),
            pipe_writer(pipe_core_owner(new pipe_core(loop, os::fd(ends[1]), "input of x")))};
}

class PipeWriter : public NothingLeft {};

task<void> write_and_close(pipe_writer& into, const std::string& text) {
    co_await into.write_all(text);
    into.close();
}
task<std::string> through(pipe_pair& ends, const std::string& text) {
    auto both =
        co_await gather(write_and_close(ends.writer, text), ends.reader.read_all(text.size()));
    co_return std::get<1>(both);
}

TEST_F(PipeWriter, WritesMoreThanThePipeHolds) {
    pipe_pair ends = open_pair(loop());
    std::string text(3'000'000, 'x');
    for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(i * 7);
    EXPECT_EQ(run_here(through(ends, text)), text);
    EXPECT_FALSE(ends.writer.is_open());
}

TEST_F(PipeWriter, SaysThatNobodyReads) {
    pipe_pair ends = open_pair(loop());
    const auto before = std::signal(SIGPIPE, SIG_DFL);   // it would end the test
    ends.reader.close();
    try {
        run_here(write_and_close(ends.writer, "x"));
        ADD_FAILURE() << "it was written";
    } catch (const std::system_error& error) {
        EXPECT_EQ(error.code(), std::errc::broken_pipe);
        EXPECT_EQ(std::string(error.what()).find("write input of x"), 0u);
    }
    std::signal(SIGPIPE, before);
}

task<void> close_soon(pipe_reader& reader) {
    reader.close();
    co_return;
}
task<void> write_while_it_closes(pipe_pair& ends, const std::string& text) {
    co_await gather(write_and_close(ends.writer, text), close_soon(ends.reader));
}

TEST_F(PipeWriter, NoticesThatNobodyReadsAnyMore) {
    pipe_pair ends = open_pair(loop());
    EXPECT_THROW(run_here(write_while_it_closes(ends, std::string(1'000'000, 'x'))),
                 std::system_error);
}

task<bool> give_up(pipe_writer& into, const std::string& text) {
    const bool done = co_await move_on_after(1ms, write_and_close(into, text));
    co_return done;
}

TEST_F(PipeWriter, CanBeCancelled) {
    pipe_pair ends = open_pair(loop());
    EXPECT_FALSE(run_here(give_up(ends.writer, std::string(1'000'000, 'x'))));
    EXPECT_TRUE(ends.writer.is_open());
    ends.writer.close();
    const std::string part = run_here(ends.reader.read_all(1'000'000));
    EXPECT_GT(part.size(), 0u);
    EXPECT_LT(part.size(), 1'000'000u);
}

}  // namespace
}  // namespace troika::subprocess
