// SPDX-License-Identifier: MIT
#include <troika/loop/inbox.hpp>

#include <gtest/gtest.h>

#include <array>
#include <thread>
#include <vector>

namespace troika::impl {
namespace {

struct request {
    int sender = 0;
    int number = 0;
    std_atomics::plain<request*> next{nullptr};
};

struct request_links {
    static std_atomics::plain<request*>& next(request& of) noexcept { return of.next; }
};

using box = inbox<request, request_links>;

}  // namespace

TEST(inbox, gives_what_was_pushed_in_order_at_once) {
    box calls;
    EXPECT_TRUE(calls.empty());
    EXPECT_EQ(calls.take(), nullptr);
    request first{.number = 1};
    request second{.number = 2};
    EXPECT_TRUE(calls.push(first));     // the loop has to be woken
    calls.woken();
    EXPECT_FALSE(calls.push(second));   // it was already
    EXPECT_FALSE(calls.empty());
    request* const taken = calls.take();
    EXPECT_EQ(taken, &first);
    EXPECT_EQ(box::next(first), &second);
    EXPECT_EQ(box::next(second), nullptr);
    EXPECT_TRUE(calls.empty());
    calls.wait_for_wakers();
}

TEST(inbox, is_not_left_before_the_wakers_have_gone) {
    box calls;
    request only;
    ASSERT_TRUE(calls.push(only));
    std::thread waker([&] { calls.woken(); });
    calls.wait_for_wakers();
    waker.join();
    EXPECT_EQ(calls.take(), &only);
}

TEST(inbox, takes_from_many_threads_each_once_and_in_the_order_of_each) {
    constexpr int senders = 3;
    constexpr int each = 10'000;
    std::vector<std::vector<request>> requests(senders);
    for (auto& of_one : requests) of_one = std::vector<request>(each);
    box calls;
    std::vector<std::thread> threads;
    for (int s = 0; s < senders; ++s)
        threads.emplace_back([&, s] {
            for (int i = 0; i < each; ++i) {
                request& one = requests[static_cast<std::size_t>(s)][static_cast<std::size_t>(i)];
                one.sender = s;
                one.number = i;
                if (calls.push(one)) calls.woken();
            }
        });
    std::array<int, senders> expected{};
    for (int taken = 0; taken < senders * each;) {
        for (request* one = calls.take(); one != nullptr; one = box::next(*one), ++taken) {
            int& next = expected[static_cast<std::size_t>(one->sender)];
            EXPECT_EQ(one->number, next);
            ++next;
        }
        std::this_thread::yield();
    }
    for (std::thread& one : threads) one.join();
    EXPECT_TRUE(calls.empty());
}

}  // namespace troika::impl
