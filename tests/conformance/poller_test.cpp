// SPDX-License-Identifier: MIT
#include "poller_fixture.hpp"

#include <atomic>
#include <cerrno>
#include <thread>

// What every poller does, whatever is behind it. What only those over the kernel do is in
// kernel_poller_test.cpp.

namespace troika::testing_pollers {

class poller_test : public poller_fixture {};

INSTANTIATE_TEST_SUITE_P(all, poller_test, ::testing::Values("uring", "epoll", "sim"), name_of);

// ---- completion

TEST_P(poller_test, has_the_name_that_it_was_asked_by) { EXPECT_EQ(door->name(), GetParam()); }

TEST_P(poller_test, completes_once_and_only_inside_wait) {
    probe nothing(plain(io_op::nop));
    door->submit(nothing);
    EXPECT_FALSE(nothing.done());
    EXPECT_EQ(door->in_flight(), 1u);
    ASSERT_TRUE(wait_for(nothing));
    EXPECT_EQ(nothing.result, 0);
    EXPECT_EQ(door->in_flight(), 0u);
    settle();
    EXPECT_EQ(nothing.completions, 1);
}

TEST_P(poller_test, cancel_does_not_complete_either) {
    const auto [a, b] = pair();
    std::array<char, 8> buffer{};
    probe reader(recv_of(a, buffer));
    door->submit(reader);
    settle();
    door->cancel(reader);
    EXPECT_FALSE(reader.done());
    EXPECT_EQ(door->in_flight(), 1u);
    ASSERT_TRUE(wait_for(reader));
    EXPECT_EQ(reader.result, -ECANCELED);
}

TEST_P(poller_test, counts_what_it_delivers_and_delivers_at_most_so_many) {
    std::vector<std::unique_ptr<probe>> many;
    for (int i = 0; i < 1000; ++i) {
        many.push_back(std::make_unique<probe>(plain(io_op::nop)));
        door->submit(*many.back());
    }
    std::size_t delivered = 0;
    while (door->in_flight() > 0) {
        const std::size_t now = door->wait(soon());
        EXPECT_LE(now, poller::completions_per_wait_max);
        delivered += now;
    }
    EXPECT_EQ(delivered, 1000u);
    for (const auto& one : many) EXPECT_EQ(one->result, 0);
}

TEST_P(poller_test, an_operation_can_be_used_again_in_its_completion) {
    probe nothing(plain(io_op::nop));
    nothing.then = [&](std::int32_t) {
        if (nothing.completions < 700) door->submit(nothing);
    };
    door->submit(nothing);
    EXPECT_TRUE(wait_until([&] { return nothing.completions == 700; }));
}

TEST_P(poller_test, a_completion_may_destroy_its_operation) {
    auto owned = std::make_unique<probe>(plain(io_op::nop));
    bool gone = false;
    owned->then = [&](std::int32_t) {
        gone = true;
        // The closure dies with the operation: nothing may be touched after this.
        std::exchange(owned, nullptr).reset();
    };
    door->submit(*owned);
    EXPECT_TRUE(wait_until([&] { return gone; }));
    settle();
}

TEST_P(poller_test, a_completion_may_cancel_another_that_is_ready) {
    const auto [a, b] = pair();
    const auto [c, d] = pair();
    std::array<char, 8> first{};
    std::array<char, 8> second{};
    probe one(recv_of(a, first));
    probe two(recv_of(c, second));
    one.then = [&](std::int32_t) { if (!two.done()) door->cancel(two); };
    two.then = [&](std::int32_t) { if (!one.done()) door->cancel(one); };
    door->submit(one);
    door->submit(two);
    settle();
    EXPECT_EQ(run(send_of(b, "1")), 1);
    EXPECT_EQ(run(send_of(d, "2")), 1);
    ASSERT_TRUE(wait_for(one));
    ASSERT_TRUE(wait_for(two));
    for (probe* each : {&one, &two}) {
        EXPECT_EQ(each->completions, 1);
        EXPECT_TRUE(each->result == 1 || each->result == -ECANCELED) << *each->result;
        // Cancelled means that nothing was taken from the socket.
        if (each->result == -ECANCELED) {
            EXPECT_EQ(run(recv_of(each->request.descriptor, first)), 1);
        }
    }
}

TEST_P(poller_test, a_completion_may_close_its_descriptor) {
    const auto [a, b] = pair();
    std::array<char, 8> buffer{};
    probe reader(recv_of(a, buffer));
    reader.then = [&, socket = a](std::int32_t) { close_now(socket); };
    door->submit(reader);
    EXPECT_EQ(run(send_of(b, "x")), 1);
    ASSERT_TRUE(wait_for(reader));
    EXPECT_EQ(receive_all(b), "");
}

TEST_P(poller_test, a_bad_descriptor_is_an_error_and_no_more) {
    std::array<char, 8> buffer{};
    EXPECT_EQ(run(recv_of(-1, buffer)), -EBADF);
    EXPECT_EQ(run(recv_of(999'999, buffer)), -EBADF);
    EXPECT_EQ(run(send_of(999'999, "x")), -EBADF);
    EXPECT_EQ(run(plain(io_op::accept, 1'999'999)), -EBADF);
    EXPECT_EQ(run(plain(io_op::wait_readable, 1 << 30)), -EBADF);
    EXPECT_EQ(run(plain(io_op::sync, 999'999)), -EBADF);
    EXPECT_EQ(run(read_of(999'999, buffer, 0)), -EBADF);
}

// ---- cancel

TEST_P(poller_test, bytes_are_received_or_stay_when_a_receive_is_cancelled) {
    for (int round = 0; round < 30; ++round) {
        const auto [a, b] = pair();
        std::array<char, 64> buffer{};
        probe reader(recv_of(b, buffer));
        door->submit(reader);
        for (int i = 0; i < round % 3; ++i) door->wait(past);
        const std::int32_t sent = run(send_of(a, "precious"));
        ASSERT_GT(sent, 0);
        if (!reader.done()) {
            door->cancel(reader);
            door->cancel(reader);   // asked again, nothing happens
            ASSERT_TRUE(wait_for(reader));
        }
        EXPECT_EQ(reader.completions, 1);
        EXPECT_EQ(door->shutdown(a, shutdown_how::write), 0);
        std::string got;
        if (*reader.result > 0) got.append(buffer.data(), static_cast<std::size_t>(*reader.result));
        got += receive_all(b);
        EXPECT_EQ(got, std::string_view("precious").substr(0, static_cast<std::size_t>(sent)));
        close_now(a);
        close_now(b);
    }
}

TEST_P(poller_test, what_was_cancelled_before_the_kernel_heard_of_it_completes_too) {
    const auto [a, b] = pair();
    std::array<char, 8> buffer{};
    probe reader(recv_of(a, buffer));
    probe readable(plain(io_op::wait_readable, b));
    door->submit(reader);
    door->submit(readable);
    door->cancel(reader);
    door->cancel(readable);
    ASSERT_TRUE(wait_for(reader));
    ASSERT_TRUE(wait_for(readable));
    EXPECT_EQ(reader.result, -ECANCELED);
    EXPECT_EQ(readable.result, -ECANCELED);
}

TEST_P(poller_test, ten_thousand_operations_can_be_cancelled_at_once) {
    const auto [a, b] = pair();
    std::vector<std::unique_ptr<probe>> many;
    for (int i = 0; i < 10'000; ++i) {
        many.push_back(std::make_unique<probe>(plain(io_op::wait_readable, a)));
        door->submit(*many.back());
    }
    for (const auto& one : many) door->cancel(*one);
    ASSERT_TRUE(wait_until([&] { return door->in_flight() == 0; }));
    for (const auto& one : many) {
        EXPECT_EQ(one->result, -ECANCELED);
        EXPECT_EQ(one->completions, 1);
    }
}

// ---- readiness

TEST_P(poller_test, waits_for_readiness_look_anew_each_time) {
    for (const auto& ends : {pair(), connection()}) {
        const auto [a, b] = ends;
        EXPECT_EQ(run(plain(io_op::wait_writable, a)), 0);
        EXPECT_EQ(run(plain(io_op::wait_writable, a)), 0);
        probe readable(plain(io_op::wait_readable, b));
        door->submit(readable);
        settle();
        EXPECT_FALSE(readable.done());
        EXPECT_EQ(run(send_of(a, "x")), 1);
        ASSERT_TRUE(wait_for(readable));
        EXPECT_EQ(readable.result, 0);
        EXPECT_EQ(run(plain(io_op::wait_readable, b)), 0);   // still there
        std::array<char, 8> buffer{};
        EXPECT_EQ(run(recv_of(b, buffer)), 1);
        probe again(plain(io_op::wait_readable, b));
        door->submit(again);
        settle();
        EXPECT_FALSE(again.done());
        EXPECT_EQ(run(plain(io_op::wait_writable, b)), 0);   // the other direction meanwhile
        settle();
        EXPECT_FALSE(again.done());
        close_now(a);
        ASSERT_TRUE(wait_for(again));
        EXPECT_EQ(again.result, 0);   // the end of the stream is readable
    }
}

TEST_P(poller_test, a_listener_is_readable_when_someone_connects) {
    const listener l = listen_somewhere();
    probe readable(plain(io_op::wait_readable, l.socket));
    door->submit(readable);
    settle();
    EXPECT_FALSE(readable.done());
    const int client = keep(door->open_socket(address_family::inet4));
    EXPECT_EQ(run(connect_of(client, l.address)), 0);
    ASSERT_TRUE(wait_for(readable));
    keep(run(plain(io_op::accept, l.socket)));
}

// ---- helpers

TEST_P(poller_test, a_call_returns_what_its_function_returns) {
    int argument = 20;
    EXPECT_EQ(run(call_of([](void* a) noexcept { return *static_cast<int*>(a) + 1; }, &argument)),
              21);
    EXPECT_EQ(run(call_of([](void*) noexcept -> std::int32_t { return -ENOENT; }, nullptr)),
              -ENOENT);
}

TEST_P(poller_test, a_thousand_calls_all_return) {
    std::atomic<int> ran{0};
    std::vector<std::unique_ptr<probe>> many;
    for (int i = 0; i < 1000; ++i) {
        many.push_back(std::make_unique<probe>(call_of(
            [](void* a) noexcept { return ++*static_cast<std::atomic<int>*>(a); }, &ran)));
        door->submit(*many.back());
    }
    ASSERT_TRUE(wait_until([&] { return door->in_flight() == 0; }));
    EXPECT_EQ(ran, 1000);
    for (const auto& one : many) EXPECT_GT(*one->result, 0);
}

// ---- time and wake

TEST_P(poller_test, a_deadline_in_the_past_only_looks) {
    EXPECT_EQ(door->wait(past), 0u);
    EXPECT_EQ(door->wait(door->now()), 0u);
    EXPECT_EQ(door->wait(door->now() - std::chrono::hours(1)), 0u);
    const auto [a, b] = pair();
    std::array<char, 8> buffer{};
    probe reader(recv_of(a, buffer));
    door->submit(reader);
    EXPECT_EQ(door->wait(past), 0u);
    EXPECT_EQ(door->wait(door->now()), 0u);
    EXPECT_EQ(run(send_of(b, "x")), 1);
    settle();
    EXPECT_TRUE(reader.done());
}

TEST_P(poller_test, wait_ends_at_its_deadline_and_not_before) {
    const auto [a, b] = pair();
    std::array<char, 8> buffer{};
    probe reader(recv_of(a, buffer));
    door->submit(reader);
    for (const auto length : {std::chrono::microseconds(1), std::chrono::microseconds(700),
                              std::chrono::microseconds(5000)}) {
        const time_point deadline = door->now() + length;
        while (door->now() < deadline) EXPECT_EQ(door->wait(deadline), 0u);
        EXPECT_GE(door->now(), deadline);
    }
    door->cancel(reader);
    ASSERT_TRUE(wait_for(reader));
}

TEST_P(poller_test, a_wake_before_wait_ends_it_and_many_wakes_end_one) {
    for (int i = 0; i < 1000; ++i) door->wake();
    const time_point before = door->now();
    EXPECT_EQ(door->wait(before + std::chrono::hours(1)), 0u);
    EXPECT_LT(door->now() - before, std::chrono::minutes(1));

    // All rings were taken by that one return: the next wait lasts until its deadline.
    const time_point deadline = door->now() + std::chrono::milliseconds(2);
    while (door->now() < deadline) door->wait(deadline);
    EXPECT_GE(door->now(), deadline);
}

TEST_P(poller_test, no_post_is_lost_between_looking_and_sleeping) {
    // A post is a store and a wake(); the loop looks after each wait(). A lost wake would hang
    // here.
    constexpr int posts = 5'000;
    std::atomic<int> posted{0};
    std::atomic<int> seen{0};
    std::thread other([&] {
        for (int i = 1; i <= posts; ++i) {
            posted.store(i, std::memory_order_release);
            door->wake();
            if (i % 3 == 0)
                while (seen.load(std::memory_order_acquire) < i) std::this_thread::yield();
        }
    });
    const time_point limit = soon();
    while (seen.load(std::memory_order_relaxed) < posts && door->now() < limit) {
        if (posted.load(std::memory_order_acquire) == seen.load(std::memory_order_relaxed))
            door->wait(time_point::max());
        seen.store(posted.load(std::memory_order_acquire), std::memory_order_release);
    }
    EXPECT_EQ(seen.load(), posts);
    other.join();
}

TEST_P(poller_test, a_poller_may_be_made_on_another_thread) {
    std::thread([this] {
        probe nothing(plain(io_op::nop));
        EXPECT_EQ(run(nothing), 0);
        const auto [a, b] = pair();
        std::array<char, 8> buffer{};
        EXPECT_EQ(run(send_of(a, "x")), 1);
        EXPECT_EQ(run(recv_of(b, buffer)), 1);
    }).join();
}

}  // namespace troika::testing_pollers
