// SPDX-License-Identifier: MIT
#include "mapper/halt_policy.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace troika::mapper {
namespace {

using when = halt_policy::when;

TEST(HaltPolicy, NeverHaltsUnlessItIsTold) {
    EXPECT_EQ(halt_policy().decide({.started = 9, .failed = 9}), when::never);
    EXPECT_EQ(halt_policy::parse("never").decide({.started = 9, .failed = 9}), when::never);
}

TEST(HaltPolicy, Counts) {
    const halt_policy fail = halt_policy::parse("now,fail=2");
    EXPECT_EQ(fail.decide({.started = 5, .succeeded = 4, .failed = 1}), when::never);
    EXPECT_EQ(fail.decide({.started = 5, .succeeded = 1, .failed = 2}), when::now);
    EXPECT_FALSE(fail.on_success());
    const halt_policy success = halt_policy::parse("soon,success=1");
    EXPECT_EQ(success.decide({.started = 5, .failed = 5}), when::never);
    EXPECT_EQ(success.decide({.started = 5, .succeeded = 1}), when::soon);
    EXPECT_TRUE(success.on_success());
    const halt_policy done = halt_policy::parse("soon,done=3");
    EXPECT_EQ(done.decide({.started = 5, .succeeded = 1, .failed = 1}), when::never);
    EXPECT_EQ(done.decide({.started = 5, .succeeded = 1, .failed = 2}), when::soon);
}

TEST(HaltPolicy, TakesShares) {
    const halt_policy half = halt_policy::parse("soon,fail=50%");
    EXPECT_EQ(half.decide({.started = 2, .failed = 2}), when::never);   // too few to tell
    EXPECT_EQ(half.decide({.started = 7, .failed = 3}), when::never);
    EXPECT_EQ(half.decide({.started = 6, .failed = 3}), when::soon);
}

TEST(HaltPolicy, RefusesWhatItDoesNotKnow) {
    for (const char* text : {"", "now", "now,fail", "now,fail=", "now,fail=0", "now,fail=x",
                             "now,fail=1x", "later,fail=1", "now,luck=1", "soon,fail=101%",
                             "soon,fail=0%", "now=1,fail", "now,fail=-1"})
        EXPECT_THROW(static_cast<void>(halt_policy::parse(text)), std::invalid_argument) << text;
}

}  // namespace
}  // namespace troika::mapper
