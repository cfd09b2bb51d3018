// SPDX-License-Identifier: MIT
#include <troika/fetch/retry_policy.hpp>

#include <gtest/gtest.h>

#include <algorithm>

namespace troika::fetch {
namespace {

using namespace std::chrono_literals;

const failure transient(cause::network, "gone", true);
const failure lasting(cause::http_status, "404", false);

TEST(RetryPolicy, WaitsARandomTimeBelowADoublingEnd) {
    const retry_policy policy{.retries_max = 100};
    random source(1);
    std::chrono::nanoseconds end = 500ms;
    for (std::uint32_t attempts = 1; attempts <= 40; ++attempts) {
        std::chrono::nanoseconds least = 24h, most = 0s;
        for (int i = 0; i < 1'000; ++i) {
            const auto wait = policy.wait_before_next(transient, attempts, 0s, source);
            ASSERT_TRUE(wait);
            least = std::min(least, *wait);
            most = std::max(most, *wait);
        }
        EXPECT_GE(least, 0s);
        EXPECT_LT(least, end / 50);   // full jitter: down to nothing
        EXPECT_LT(most, end);
        EXPECT_GT(most, end / 50 * 49);   // and up to the end
        end = std::min<std::chrono::nanoseconds>(end * 2, 60s);
    }
}

TEST(RetryPolicy, IsTheSameForTheSameSeed) {
    const retry_policy policy;
    random a(42), b(42), c(43);
    const auto first = policy.wait_before_next(transient, 3, 0s, a);
    EXPECT_EQ(policy.wait_before_next(transient, 3, 0s, b), first);
    EXPECT_NE(policy.wait_before_next(transient, 3, 0s, c), first);
}

TEST(RetryPolicy, EndsAfterRetriesMax) {
    random source(1);
    const retry_policy policy{.retries_max = 5};
    EXPECT_TRUE(policy.wait_before_next(transient, 5, 0s, source));
    EXPECT_FALSE(policy.wait_before_next(transient, 6, 0s, source));
    const retry_policy never{.retries_max = 0};
    EXPECT_FALSE(never.wait_before_next(transient, 1, 0s, source));
}

TEST(RetryPolicy, DoesNotRepeatWhatLasts) {
    random source(1);
    EXPECT_FALSE(retry_policy().wait_before_next(lasting, 1, 0s, source));
}

TEST(RetryPolicy, HonoursRetryAfterUpToALimit) {
    const retry_policy policy;
    random source(1);
    failure busy = transient;
    busy.set_retry_after(10s);
    for (int i = 0; i < 100; ++i) {
        const auto wait = policy.wait_before_next(busy, 1, 0s, source).value();
        EXPECT_GE(wait, 10s);
        EXPECT_LT(wait, 10s + 500ms);
    }
    busy.set_retry_after(std::chrono::seconds::max());
    EXPECT_LT(policy.wait_before_next(busy, 1, 0s, source).value(), 301s);
    EXPECT_GE(policy.wait_before_next(busy, 1, 0s, source).value(), 300s);
    busy.set_retry_after(std::chrono::seconds::min());
    EXPECT_GE(policy.wait_before_next(busy, 1, 0s, source).value(), 0s);
}

TEST(RetryPolicy, EndsBeforeTotalMax) {
    random source(1);
    retry_policy policy;
    policy.total_max = 20s;
    failure busy = transient;
    busy.set_retry_after(10s);
    EXPECT_TRUE(policy.wait_before_next(busy, 1, 9s, source));
    EXPECT_FALSE(policy.wait_before_next(busy, 1, 11s, source));
    EXPECT_FALSE(policy.wait_before_next(transient, 1, 20s, source));
    EXPECT_FALSE(policy.wait_before_next(transient, 1, 1h, source));
}

}  // namespace
}  // namespace troika::fetch
