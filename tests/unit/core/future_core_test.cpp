// SPDX-License-Identifier: MIT
#include <troika/core/future_core.hpp>
#include <troika/core/future.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace troika {
namespace {

class counter final : public impl::future_waiter {
public:
    explicit counter(std::atomic<int>& count) : count_(count) {}

private:
    void future_done() noexcept override { count_.fetch_add(1); }
    std::atomic<int>& count_;
};

TEST(FutureCore, TellsWaitersOnce) {
    promise<int> owed;
    future<int> answer = owed.get_future();
    impl::future_core& core = impl::future_access::core(answer);
    std::atomic<int> told{0};
    counter stays(told);
    counter leaves(told);
    EXPECT_TRUE(core.add_waiter(stays));
    EXPECT_TRUE(core.add_waiter(leaves));
    EXPECT_TRUE(core.remove_waiter(leaves));
    EXPECT_FALSE(core.remove_waiter(leaves));
    owed.set_value(1);
    EXPECT_EQ(told, 1);
    EXPECT_FALSE(core.remove_waiter(stays));
    EXPECT_FALSE(core.add_waiter(leaves));   // too late: nobody will be told
    EXPECT_EQ(told, 1);
}

TEST(FutureCore, WaitersComeAndGoWhileAnotherThreadCompletes) {
    for (int round = 0; round < 500; ++round) {
        promise<int> owed;
        future<int> answer = owed.get_future();
        impl::future_core& core = impl::future_access::core(answer);
        std::atomic<int> told{0};
        int expected = 0;
        {
            std::vector<std::unique_ptr<counter>> waiters;
            std::thread other([&] { owed.set_value(round); });
            for (int i = 0; i < 8; ++i) {
                waiters.push_back(std::make_unique<counter>(told));
                if (!core.add_waiter(*waiters.back())) continue;
                if (i % 2 == 0 && core.remove_waiter(*waiters.back())) continue;
                ++expected;
            }
            other.join();
        }
        EXPECT_EQ(told, expected);
    }
}

TEST(FutureCore, CountsItsFutures) {
    promise<int> owed;
    future<int> answer = owed.get_future();
    EXPECT_FALSE(impl::future_access::core(answer).unshared());
    owed.set_value(1);
    { const promise<int> gone = std::move(owed); }
    EXPECT_TRUE(impl::future_access::core(answer).unshared());
    const future<int> copy = answer;
    EXPECT_FALSE(impl::future_access::core(answer).unshared());
}

TEST(FutureCore, CopiesMayBeDroppedByManyThreads) {
    for (int round = 0; round < 200; ++round) {
        promise<std::vector<int>> owed;
        future<std::vector<int>> answer = owed.get_future();
        std::thread a([copy = answer] { copy.wait(); });
        std::thread b([copy = answer] { copy.wait(); });
        answer = {};
        owed.set_value(std::vector<int>(100, round));
        a.join();
        b.join();
    }
}

}  // namespace
}  // namespace troika
