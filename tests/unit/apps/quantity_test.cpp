// SPDX-License-Identifier: MIT
#include "apps/troika/quantity.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace troika::apps {
namespace {

using namespace std::chrono_literals;

TEST(ParseDuration, KnowsItsUnits) {
    EXPECT_EQ(parse_duration("0"), 0s);
    EXPECT_EQ(parse_duration("10"), 10s);
    EXPECT_EQ(parse_duration("50ms"), 50ms);
    EXPECT_EQ(parse_duration("250us"), 250us);
    EXPECT_EQ(parse_duration("2s"), 2s);
    EXPECT_EQ(parse_duration("1.5m"), 90s);
    EXPECT_EQ(parse_duration("0.1s"), 100ms);
    EXPECT_EQ(parse_duration("1h"), 1h);
    EXPECT_EQ(parse_duration("2D"), 48h);
}

TEST(ParseDuration, RefusesAnythingElse) {
    for (const char* text : {"", "s", "-1s", "+1s", "1 s", "1x", "1e3s", "1.2.3s", ".", "nan",
                             "inf", "0x10", "99999d", "1ss", "99999999999999999999999"})
        EXPECT_THROW(static_cast<void>(parse_duration(text)), std::invalid_argument) << text;
}

TEST(ParseSize, KnowsItsUnits) {
    EXPECT_EQ(parse_size("0"), 0u);
    EXPECT_EQ(parse_size("5000"), 5000u);
    EXPECT_EQ(parse_size("64k"), 65'536u);
    EXPECT_EQ(parse_size("5M"), 5u << 20);
    EXPECT_EQ(parse_size("1.5GiB"), 3u << 29);
    EXPECT_EQ(parse_size("1tb"), 1ull << 40);
}

TEST(ParseSize, RefusesAnythingElse) {
    for (const char* text : {"", "M", "-5M", "5X", "5 M", "5MM", "0x5", "2000000T"})
        EXPECT_THROW(static_cast<void>(parse_size(text)), std::invalid_argument) << text;
}

}  // namespace
}  // namespace troika::apps
