// SPDX-License-Identifier: MIT
#include <troika/proc/remote_call.hpp>

#include <troika/proc/call_engine.hpp>
#include <troika/proc/remote_error.hpp>

#include <gtest/gtest.h>

#include <stdexcept>
#include <tuple>

namespace troika::impl {
namespace {

int twice(int number) { return 2 * number; }

/// Keeps the calls that it is given.
class keeper final : public call_engine {
public:
    ~keeper() { wait_until_unused(); }

    bool cancel(remote_call& call) noexcept override {
        ++cancels;
        let_go(call);
        call.fail(make_cancelled());
        return true;
    }
    void help(remote_call& call, const future_core&) noexcept override {
        ++helps;
        end(call, [](wire_writer& to) { to.write(42); });
    }

    void take(remote_call& call) noexcept { keep(call); }

    template <class F>
    void end(remote_call& call, F write, bool is_error = false) {
        wire_writer message;
        write(message);
        std::vector<std::byte> bytes;
        for (const auto piece : message.segments())
            bytes.insert(bytes.end(), piece.begin(), piece.end());
        memory_source source(bytes);
        wire_reader reader(source, bytes.size());
        const std::string place = "the moon";
        reader.set_origin(place);
        let_go(call);
        end_with(call, reader, is_error);
    }

    int cancels = 0;
    int helps = 0;
};

using call_of_twice = typed_remote_call<int, std::tuple<int>>;

call_of_twice* make_call() {
    return new call_of_twice(identity_of<&twice>(), 21);
}

TEST(remote_call, gives_its_result_to_its_future) {
    keeper engine;
    auto* const call = make_call();
    future<int> answer = future_access::adopt<int>(call);
    engine.take(*call);
    engine.end(*call, [](wire_writer& to) { to.write(7); });
    EXPECT_EQ(answer.get(), 7);
}

TEST(remote_call, asks_its_engine_while_somebody_waits) {
    keeper engine;
    auto* const call = make_call();
    future<int> answer = future_access::adopt<int>(call);
    engine.take(*call);
    EXPECT_EQ(answer.get(), 42);
    EXPECT_EQ(engine.helps, 1);
}

TEST(remote_call, has_its_engine_cancel_it_once) {
    keeper engine;
    auto* const call = make_call();
    future<int> answer = future_access::adopt<int>(call);
    engine.take(*call);
    answer.cancel();
    answer.cancel();
    EXPECT_EQ(engine.cancels, 1);
    EXPECT_THROW(answer.get(), cancelled);
}

TEST(remote_call, errors_say_where_they_are_from) {
    struct odd {};
    keeper engine;
    auto* const call = make_call();
    future<int> answer = future_access::adopt<int>(call);
    engine.take(*call);
    engine.end(
        *call, [](wire_writer& to) { write_exception(to, std::make_exception_ptr(odd())); },
        true);
    try {
        answer.get();
        FAIL();
    } catch (const remote_error& error) {
        EXPECT_EQ(error.where(), "the moon");
    }
}

TEST(remote_call, a_result_that_makes_no_sense_is_an_error) {
    keeper engine;
    auto* const call = make_call();
    future<int> answer = future_access::adopt<int>(call);
    engine.take(*call);
    engine.end(*call, [](wire_writer& to) { to.put('x'); });
    EXPECT_THROW(answer.get(), wire_error);
}

}  // namespace
}  // namespace troika::impl
