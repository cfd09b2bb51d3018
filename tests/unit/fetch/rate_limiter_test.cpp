// SPDX-License-Identifier: MIT
#include "fetch/rate_limiter.hpp"

#include <troika/core/task.hpp>
#include <troika/tasks/sleep.hpp>

#include "unit/support/virtual_loop.hpp"
#include "unit/sync/hand_turned.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <vector>

namespace troika::fetch {
namespace {

using namespace std::chrono_literals;
using namespace testing_support;

constexpr std::uint64_t kb = 1000, mb = 1'000'000;

/// A download that reads `wanted` bytes at a time until it is cancelled or has `goal` bytes.
struct reader {
    explicit reader(std::size_t wanted_, std::uint64_t limit = 0) : mine(limit), wanted(wanted_) {}

    rate_limiter::share mine;
    std::size_t wanted;
    std::uint64_t bytes = 0;
};

task<void> read(rate_limiter& limiter, reader& by, std::uint64_t goal = ~std::uint64_t{0}) {
    while (by.bytes < goal) {
        const std::size_t bytes = co_await limiter.take(by.mine, by.wanted);
        EXPECT_GT(bytes, 0u);
        EXPECT_LE(bytes, by.wanted);
        by.bytes += bytes;
    }
}

/// Lets `all` read for `time`. Returns: when nobody reads any more.
task<void> read_for(rate_limiter& limiter, std::deque<reader>& all, duration time) {
    children group;
    std::vector<future<void>> ends;
    for (reader& each : all) {
        each.bytes = 0;
        ends.push_back(group.start(read(limiter, each)));
    }
    co_await sleep(time);
    for (const future<void>& each : ends) each.cancel();
    co_await group.join();
}

void expect_near(std::uint64_t bytes, std::uint64_t wanted, double part) {
    EXPECT_NEAR(static_cast<double>(bytes), static_cast<double>(wanted),
                part * static_cast<double>(wanted));
}

TEST(RateLimiter, WithoutLimitsNobodyWaits) {
    virtual_loop here;
    here.run([]() -> task<void> {
        rate_limiter limiter(0);
        reader all(123);
        // Not even a turn: an awaiter that is ready.
        EXPECT_TRUE(limiter.take(all.mine, 5).await_ready());
        co_await read(limiter, all, 100 * mb);
        const std::size_t none = co_await limiter.take(all.mine, 0);
        EXPECT_EQ(none, 0u);
    }());
    EXPECT_EQ(here.elapsed(), 0ns);
}

TEST(RateLimiter, TheTotalIsExact) {
    for (const std::uint64_t rate : {10 * kb, 64 * kb, 1 * mb, 1000 * mb}) {
        for (const std::size_t wanted : {1u, 100u, 1500u, 65536u, 1u << 20}) {
            if (rate / wanted > mb) continue;   // the virtual clock would not stop
            virtual_loop here;
            here.run([](std::uint64_t limit, std::size_t size) -> task<void> {
                rate_limiter limiter(limit);
                reader one(size);
                co_await read(limiter, one, limit * 3);
            }(rate, wanted));
            EXPECT_NEAR(std::chrono::duration<double>(here.elapsed()).count(), 3.0, 0.06)
                << rate << " B/s in reads of " << wanted;
        }
    }
}

TEST(RateLimiter, EverySecondHasItsBytes) {
    run_virtual([]() -> task<void> {
        rate_limiter limiter(1 * mb);
        reader one(256 * 1024);
        for (std::uint64_t second = 1; second <= 5; ++second) {
            const std::uint64_t before = one.bytes;
            const time_point began = current_task().home().now();
            while (current_task().home().now() < began + 1s) {
                const std::size_t bytes = co_await limiter.take(one.mine, one.wanted);
                one.bytes += bytes;
            }
            expect_near(one.bytes - before, 1 * mb, 0.03);
        }
    }());
}

TEST(RateLimiter, VeryLowRatesAreRatesToo) {
    virtual_loop here;
    here.run([]() -> task<void> {
        rate_limiter limiter(7);
        reader one(65536);
        co_await read(limiter, one, 70);
    }());
    EXPECT_NEAR(std::chrono::duration<double>(here.elapsed()).count(), 10.0, 0.2);
}

TEST(RateLimiter, IsFairWhateverTheReadsAre) {
    run_virtual([]() -> task<void> {
        rate_limiter limiter(1 * mb);
        std::deque<reader> all;
        for (const std::size_t wanted : {300u, 1500u, 16u << 10, 64u << 10, 1u << 20})
            all.emplace_back(wanted);
        for (int second = 0; second < 3; ++second) {
            co_await read_for(limiter, all, 1s);
            std::uint64_t sum = 0;
            for (const reader& each : all) {
                expect_near(each.bytes, 200 * kb, 0.06);
                sum += each.bytes;
            }
            expect_near(sum, 1 * mb, 0.04);
        }
        co_await read_for(limiter, all, 20s);
        for (const reader& each : all) expect_near(each.bytes, 4 * mb, 0.01);
    }());
}

TEST(RateLimiter, IsFairToManyAtALowRate) {
    run_virtual([]() -> task<void> {
        rate_limiter limiter(200 * kb);
        std::deque<reader> all;
        for (int i = 0; i < 100; ++i) all.emplace_back(65536);
        co_await read_for(limiter, all, 10s);
        std::uint64_t sum = 0;
        for (const reader& each : all) {
            expect_near(each.bytes, 20 * kb, 0.06);
            sum += each.bytes;
        }
        expect_near(sum, 2 * mb, 0.02);
    }());
}

task<void> read_seldom(rate_limiter& limiter, reader& by) {
    for (;;) {
        co_await sleep(100ms);
        by.bytes += co_await limiter.take(by.mine, 5 * kb);
    }
}

TEST(RateLimiter, WhatOneDoesNotUseTheOthersHave) {
    run_virtual([]() -> task<void> {
        rate_limiter limiter(1 * mb);
        std::deque<reader> busy;
        busy.emplace_back(65536);
        busy.emplace_back(65536);
        reader lazy(5 * kb);
        children group;
        const future<void> end = group.start(read_seldom(limiter, lazy));
        co_await read_for(limiter, busy, 10s);
        end.cancel();
        co_await group.join();
        EXPECT_GT(lazy.bytes, 400 * kb);   // is served at once when it comes
        for (const reader& each : busy) expect_near(each.bytes, (10 * mb - lazy.bytes) / 2, 0.01);
    }());
}

TEST(RateLimiter, ADownloadCanHaveALimitOfItsOwn) {
    run_virtual([]() -> task<void> {
        rate_limiter limiter(1 * mb);
        std::deque<reader> all;
        all.emplace_back(65536, 100 * kb);
        all.emplace_back(65536, 2 * mb);   // has no effect
        all.emplace_back(65536);
        co_await read_for(limiter, all, 10s);
        expect_near(all[0].bytes, 1 * mb, 0.02);
        expect_near(all[1].bytes, 4500 * kb, 0.02);
        expect_near(all[2].bytes, 4500 * kb, 0.02);

        rate_limiter none(0);
        std::deque<reader> alone;
        alone.emplace_back(65536, 300 * kb);
        co_await read_for(none, alone, 10s);
        expect_near(alone[0].bytes, 3 * mb, 0.02);
    }());
}

TEST(RateLimiter, TasksOfOneDownloadShareItsPart) {
    run_virtual([]() -> task<void> {
        for (const std::uint64_t limit : {std::uint64_t{0}, 200 * kb}) {
            rate_limiter limiter(1 * mb);
            std::deque<reader> all;
            all.emplace_back(65536, limit);
            all.emplace_back(65536);
            children group;
            std::vector<future<void>> segments;
            for (int i = 0; i < 3; ++i) segments.push_back(group.start(read(limiter, all[0])));
            co_await read_for(limiter, all, 10s);
            for (const future<void>& each : segments) each.cancel();
            co_await group.join();
            const std::uint64_t first = limit == 0 ? 5 * mb : 2 * mb;
            expect_near(all[0].bytes, first, 0.02);
            expect_near(all[1].bytes, 10 * mb - first, 0.02);
        }
    }());
}

task<void> read_little(rate_limiter& limiter, reader& by, std::uint64_t goal) {
    while (by.bytes < goal) {
        const std::size_t bytes = co_await limiter.take(by.mine, by.wanted);
        const std::size_t came = std::min<std::size_t>(bytes, 700);
        limiter.give_back(by.mine, bytes - came);
        by.bytes += came;
    }
}

TEST(RateLimiter, WhatIsGivenBackIsNotLost) {
    for (const std::uint64_t own : {std::uint64_t{0}, 500 * kb}) {
        virtual_loop here;
        here.run([](std::uint64_t limit) -> task<void> {
            rate_limiter limiter(1 * mb);
            reader little(65536, limit), much(65536, limit);
            children group;
            group.start_forgotten(read_little(limiter, little, 2 * mb));
            group.start_forgotten(read(limiter, much, 2 * mb));
            co_await group.join();
        }(own));
        EXPECT_NEAR(std::chrono::duration<double>(here.elapsed()).count(), 4.0, 0.08);
    }
}

TEST(RateLimiter, WhoIsCancelledTakesNothing) {
    run_virtual([]() -> task<void> {
        rate_limiter limiter(1 * mb);
        std::deque<reader> stays;
        stays.emplace_back(65536);
        std::deque<reader> leaves;
        for (int i = 0; i < 5; ++i) leaves.emplace_back(65536, i % 2 == 0 ? 100 * kb : 0);
        children group;
        const future<void> end = group.start(read(limiter, stays[0]));
        for (int round = 0; round < 100; ++round) co_await read_for(limiter, leaves, 10ms);
        co_await sleep(1s);
        const std::uint64_t before = stays[0].bytes;
        co_await sleep(5s);
        expect_near(stays[0].bytes - before, 5 * mb, 0.01);
        EXPECT_EQ(waits_for(end), "rate limit");
        end.cancel();
        co_await group.join();
        EXPECT_EQ(ending(end), "cancelled");
    }());
}

TEST(RateLimiter, WhoLeavesTheLineHasNotUsedItsOwnLimit) {
    virtual_loop here;
    here.run([]() -> task<void> {
        rate_limiter limiter(1);
        reader first(1), one(1, 50);
        co_await read(limiter, first, 1);   // now the total has nothing to give
        children group;
        for (int round = 0; round < 5; ++round) {
            const future<void> end = group.start(read(limiter, one));
            co_await settle();
            end.cancel();
            co_await settle();
        }
        co_await group.join();
        limiter.set_total(0);
        co_await read(limiter, one, 1);
    }());
    EXPECT_EQ(here.elapsed(), 0ns);
}

task<void> read_together() {
    rate_limiter limiter(100 * kb);
    std::deque<reader> all;
    for (const std::uint64_t limit : {std::uint64_t{0}, std::uint64_t{0}, 50 * kb})
        all.emplace_back(4096, limit);
    children group;
    for (reader& each : all) group.start_forgotten(read(limiter, each, 20 * kb));
    co_await group.join();
}

TEST(RateLimiter, CanBeCancelledAtEachTurn) {
    EXPECT_GT(cancel_at_each_turn(read_together), 20u);
}

TEST(RateLimiter, TheLimitsCanChange) {
    run_virtual([]() -> task<void> {
        rate_limiter limiter(1 * mb);
        reader first(65536), second(65536);
        children group;
        const future<void> ends[] = {group.start(read(limiter, first)),
                                     group.start(read(limiter, second))};
        co_await sleep(5s);
        expect_near(first.bytes + second.bytes, 5 * mb, 0.02);
        limiter.set_total(3 * mb);
        EXPECT_EQ(limiter.total(), 3 * mb);
        co_await sleep(5s);
        expect_near(first.bytes + second.bytes, 20 * mb, 0.02);
        limiter.set_total(10 * kb);
        co_await sleep(10s);
        expect_near(first.bytes + second.bytes, 20 * mb + 100 * kb, 0.02);
        limiter.set_total(1 * mb);
        first.mine.set_limit(100 * kb);
        first.bytes = second.bytes = 0;
        co_await sleep(10s);
        expect_near(first.bytes, 1 * mb, 0.02);
        expect_near(second.bytes, 9 * mb, 0.02);
        first.mine.set_limit(0);
        first.bytes = second.bytes = 0;
        co_await sleep(10s);
        expect_near(first.bytes, 5 * mb, 0.02);
        expect_near(second.bytes, 5 * mb, 0.02);
        for (const future<void>& each : ends) each.cancel();
        co_await group.join();
    }());
}

TEST(RateLimiter, TakingTheLimitAwayFreesThoseWhoWait) {
    virtual_loop here;
    here.run([]() -> task<void> {
        rate_limiter limiter(1);
        reader first(65536), second(65536);
        children group;
        for (reader* each : {&first, &second})
            group.start_forgotten(read(limiter, *each, 10 * mb));
        co_await settle();
        limiter.set_total(0);
        co_await group.join();
    }());
    EXPECT_EQ(here.elapsed(), 0ns);
}

TEST(RateLimiter, SurvivesTheLargestNumbers) {
    run_virtual([]() -> task<void> {
        rate_limiter limiter(~std::uint64_t{0});
        reader one(~std::size_t{0}, ~std::uint64_t{0});
        for (int i = 0; i < 10; ++i) {
            const std::size_t bytes = co_await limiter.take(one.mine, one.wanted);
            EXPECT_GT(bytes, 0u);
            limiter.give_back(one.mine, ~std::size_t{0});
        }
    }());
}

}  // namespace
}  // namespace troika::fetch
