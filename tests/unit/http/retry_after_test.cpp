// SPDX-License-Identifier: MIT
#include <troika/http/retry_after.hpp>

#include <gtest/gtest.h>

#include <chrono>

namespace troika::http {
namespace {

using namespace std::chrono;

constexpr sys_seconds now = sys_days{1999y / December / 31} + 23h + 59min;

TEST(RetryAfter, ReadsSecondsAndDates) {
    EXPECT_EQ(parse_retry_after("120", now), 120s);
    EXPECT_EQ(parse_retry_after(" 0 ", now), 0s);
    EXPECT_EQ(parse_retry_after("Fri, 31 Dec 1999 23:59:59 GMT", now), 59s);
    EXPECT_EQ(parse_retry_after("Fri, 31 Dec 1999 23:58:59 GMT", now), 0s);
}

TEST(RetryAfter, HasALimit) {
    EXPECT_EQ(parse_retry_after("99999999999", now), retry_after_max);
    EXPECT_EQ(parse_retry_after("99999999999999999999999999", now), retry_after_max);
    EXPECT_EQ(parse_retry_after("Fri, 31 Dec 9999 23:59:59 GMT", now), retry_after_max);
}

TEST(RetryAfter, RefusesEverythingElse) {
    for (const char* bad : {"", "-1", "+1", "1.5", "1s", "soon", "1 2", "0x10"})
        EXPECT_EQ(parse_retry_after(bad, now), std::nullopt) << bad;
}

}  // namespace
}  // namespace troika::http
