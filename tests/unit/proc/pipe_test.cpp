// SPDX-License-Identifier: MIT
#include <troika/proc/pipe.hpp>

#include "unit/proc/killing.hpp"

#include <troika/proc/process.hpp>
#include <troika/proc/shared_array.hpp>

#include <gmock/gmock.h>

#include <array>

#include <sys/socket.h>

namespace troika {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

struct message {
    int number = 0;
    std::string text;
};
struct invitation {
    pipe_end<message> end;
    shared_array<int> numbers;
};

void echo(pipe_end<message> with) {
    while (auto each = with.next()) {
        ++each->number;
        with.send(*each);
    }
}
void echo_invited(pipe_end<invitation> from) {
    invitation got = from.receive();
    got.numbers[0] = 77;
    echo(std::move(got.end));
}
void sends_for_ever(pipe_end<message> to) {
    for (int i = 0;; ++i) to.send({i, std::string(static_cast<std::size_t>(i % 7) * 30'000, 'x')});
}
int closes_and_goes_on(pipe_end<message> with, pipe_end<int> wait) {
    with.send({1, "last"});
    with.close();
    return wait.receive();
}

/// The descriptor of an end, which stays with it.
int descriptor_of(const pipe_end<message>& end) {
    wire_writer writer;
    writer.write(end);
    return ::dup(writer.attachments()[0].descriptor);
}

}  // namespace

TEST(pipe, goes_in_both_directions_until_an_end_is_closed) {
    const std::size_t descriptors = open_descriptors();
    {
        auto [left, right] = pipe<std::string>();
        left.send("to the right");
        right.send("to the left");
        left.send("");
        EXPECT_EQ(right.receive(), "to the right");
        EXPECT_EQ(left.receive(), "to the left");
        EXPECT_TRUE(right.wait_for(1h));
        EXPECT_EQ(right.next(), "");
        EXPECT_FALSE(right.wait_for(1ms));
        left.send("unread when it was closed");
        left.close();
        EXPECT_FALSE(left.is_open());
        EXPECT_THROW(left.send("x"), std::logic_error);
        EXPECT_EQ(right.receive(), "unread when it was closed");
        EXPECT_FALSE(right.next());
        EXPECT_THROW(static_cast<void>(right.receive()), pipe_closed);
        EXPECT_THROW(right.send("x"), pipe_closed);
    }
    EXPECT_EQ(open_descriptors(), descriptors);
}

TEST(pipe, an_end_is_moved_into_a_process) {
    const std::size_t descriptors = open_descriptors();
    {
        auto [left, right] = pipe<message>();
        const process child = process::start<&echo>(std::move(right));
        EXPECT_FALSE(right.is_open());
        for (int i = 0; i < 100; ++i) {
            const std::string text(static_cast<std::size_t>(i) * 5'000, 'y');
            left.send({i, text});
            const message back = left.receive();
            EXPECT_EQ(back.number, i + 1);
            EXPECT_EQ(back.text, text);
        }
        left.close();
        EXPECT_EQ(child.join(), 0);
    }
    EXPECT_LE(open_descriptors(), descriptors + 2);   // the keeper of processes has two
}

TEST(pipe, an_end_is_moved_into_a_call) {
    process_pool processes({.workers = 1});
    auto [left, right] = pipe<message>();
    const future<void> call = processes.submit<&echo>(std::move(right));
    left.send({1, "one"});
    EXPECT_EQ(left.receive().number, 2);
    left.close();
    call.get();

    auto [with, with_too] = pipe<message>();
    auto [wait, wait_too] = pipe<int>();
    const future<int> other =
        processes.submit<&closes_and_goes_on>(std::move(with_too), std::move(wait_too));
    EXPECT_EQ(with.receive().text, "last");
    EXPECT_FALSE(with.next());   // although the call goes on
    wait.send(5);
    EXPECT_EQ(other.get(), 5);
    EXPECT_FALSE(wait.next());
}

TEST(pipe, ends_and_shared_arrays_go_through_pipes) {
    auto [left, right] = pipe<invitation>();
    const process child = process::start<&echo_invited>(std::move(right));
    auto [mine, theirs] = pipe<message>();
    const shared_array<int> numbers(10);
    left.send({std::move(theirs), numbers});
    EXPECT_FALSE(theirs.is_open());
    mine.send({5, "through"});
    EXPECT_EQ(mine.receive().number, 6);
    EXPECT_EQ(numbers[0], 77);
    child.kill();
    EXPECT_FALSE(mine.next());   // nobody else has its other end
}

TEST(pipe, the_end_comes_when_the_other_process_is_killed) {
    std::mt19937 random(3);
    const std::size_t descriptors = open_descriptors();
    for (int round = 0; round < 30; ++round) {
        auto [left, right] = pipe<message>();
        process child = process::start<&sends_for_ever>(std::move(right));
        int next = 0;
        for (auto left_over = random() % 20; left_over > 0; --left_over) {
            const message got = left.receive();
            EXPECT_EQ(got.number, next);
            EXPECT_EQ(got.text.size(), static_cast<std::size_t>(next++ % 7) * 30'000);
        }
        child.kill();
        try {
            while (const auto got = left.next()) EXPECT_EQ(got->number, next++);
        } catch (const wire_error& error) {
            EXPECT_THAT(error.what(), HasSubstr("in the middle of a message"));
        }
        EXPECT_THROW(left.send({}), pipe_closed);
    }
    EXPECT_LE(open_descriptors(), descriptors + 2);
}

TEST(pipe, is_bounded_and_a_sender_that_waits_hears_of_the_end) {
    auto [left, right] = pipe<message>();
    std::thread sender([&end = left] {
        EXPECT_THROW(sends_for_ever(std::move(end)), pipe_closed);
    });
    EXPECT_EQ(right.receive().number, 0);
    right.close();
    sender.join();
    auto [small, other] = pipe<message>({.message_max = 100});
    EXPECT_THROW(small.send({1, std::string(100, 'x')}), wire_error);
    small.send({1, "x"});
    EXPECT_EQ(other.receive().number, 1);
}

TEST(pipe, what_makes_no_sense_is_an_error_and_the_end) {
    const std::array<std::array<std::uint64_t, 4>, 5> lies{{
        {1, 2, 3, 4},
        {0x7472'6f69'6b61'0004, std::uint64_t{1} << 50, 0, 0},
        {0x7472'6f69'6b61'0004, 8, 3, 0},
        {0x7472'6f69'6b61'0004, 8, 254, 0},
        {0x7472'6f69'6b61'0004, 8, 0, ~std::uint64_t{0}},
    }};
    for (const std::array<std::uint64_t, 4>& lie : lies) {
        auto [left, right] = pipe<message>();
        const int raw = descriptor_of(left);
        EXPECT_EQ(::send(raw, lie.data(), sizeof lie, MSG_NOSIGNAL), 32);
        EXPECT_THROW(static_cast<void>(right.receive()), wire_error);
        EXPECT_THROW(right.send({}), pipe_closed);
        ::close(raw);
    }
    auto [left, right] = pipe<message>();   // the beginning of one, and nothing more
    const int raw = descriptor_of(left);
    left.close();
    EXPECT_EQ(::send(raw, lies[4].data(), 20, MSG_NOSIGNAL), 20);
    ::close(raw);
    EXPECT_THROW(static_cast<void>(right.receive()), wire_error);
}

}  // namespace troika
