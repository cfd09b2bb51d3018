// SPDX-License-Identifier: MIT
#include "fetch/speed_meter.hpp"

#include <gtest/gtest.h>

namespace troika::fetch {
namespace {

using namespace std::chrono_literals;
const speed_meter::time_point start{100h};

TEST(SpeedMeter, KnowsNothingAtFirst) {
    speed_meter meter;
    EXPECT_EQ(meter.bytes_per_second(), 0);
    EXPECT_FALSE(meter.time_left(10));
    meter.update(start, 1'000'000);   // what a resumed file begins with is no speed
    EXPECT_EQ(meter.bytes_per_second(), 0);
}

TEST(SpeedMeter, IsRightFromTheFirstSample) {
    speed_meter meter;
    meter.update(start, 0);
    meter.update(start + 100ms, 100);
    EXPECT_NEAR(meter.bytes_per_second(), 1000, 1e-6);
    for (int i = 2; i <= 100; ++i) meter.update(start + 100ms * i, 100u * static_cast<unsigned>(i));
    EXPECT_NEAR(meter.bytes_per_second(), 1000, 1e-6);
    EXPECT_EQ(meter.time_left(10'500), 11s);   // rounded up
}

TEST(SpeedMeter, ForgetsAtTheRateItSays) {
    speed_meter meter;
    meter.update(start, 0);
    meter.update(start + 60s, 60'000);
    meter.update(start + 63s, 60'000);   // three seconds of nothing
    EXPECT_NEAR(meter.bytes_per_second(), 1000 * 0.3679, 1);
    meter.update(start + 120s, 60'000);
    EXPECT_LT(meter.bytes_per_second(), 1);
    EXPECT_FALSE(meter.time_left(1'000));
}

TEST(SpeedMeter, DoesNotDependOnHowOftenItIsAsked) {
    speed_meter often, seldom;
    often.update(start, 0);
    seldom.update(start, 0);
    for (int i = 1; i <= 5'000; ++i) {
        const auto bytes = static_cast<std::uint64_t>(i);
        often.update(start + 1ms * i, bytes * 10);
        if (i % 500 == 0) seldom.update(start + 1ms * i, bytes * 10);
    }
    EXPECT_NEAR(often.bytes_per_second(), seldom.bytes_per_second(), 1);
}

TEST(SpeedMeter, SurvivesARestartFromZeroAndAClockThatStands) {
    speed_meter meter;
    meter.update(start, 0);
    meter.update(start + 1s, 1'000);
    meter.update(start + 2s, 10);   // began again
    EXPECT_NEAR(meter.bytes_per_second(), 1000, 1e-6);
    meter.update(start + 2s, 2'000);
    meter.update(start + 1s, 3'000);
    EXPECT_NEAR(meter.bytes_per_second(), 1000, 1e-6);
    EXPECT_EQ(meter.time_left(~std::uint64_t{0}), 1'000'000'000s);
}

TEST(SpeedMeter, AWaitIsNotSlowness) {
    speed_meter meter;
    meter.update(start, 0);
    meter.update(start + 1s, 1'000);
    meter.skip(start + 61s, 1'000);
    EXPECT_NEAR(meter.bytes_per_second(), 1000, 1e-6);
    meter.update(start + 62s, 2'000);
    EXPECT_NEAR(meter.bytes_per_second(), 1000, 1e-6);
    meter.skip(start + 63s, 900'000);   // what came meanwhile is no speed either
    meter.update(start + 64s, 901'000);
    EXPECT_NEAR(meter.bytes_per_second(), 1000, 1e-6);
}

}  // namespace
}  // namespace troika::fetch
