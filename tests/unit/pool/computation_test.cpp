// SPDX-License-Identifier: MIT
#include <troika/pool/computation.hpp>

#include <troika/core/cancelled.hpp>

#include <gtest/gtest.h>

#include <stdexcept>

namespace troika::impl {
namespace {

TEST(Computation, CallsItsPartsAndThrowsNothing) {
    computation all(nullptr);
    int called = 0;
    all.run([&] { ++called; });
    all.run([&] { ++called; });
    EXPECT_NO_THROW(all.finish());
    EXPECT_EQ(called, 2);
    EXPECT_FALSE(all.is_over());
}

TEST(Computation, ThrowsTheFirstFailureAndCallsNoMore) {
    computation all(nullptr);
    all.run([] { throw std::out_of_range("first"); });
    EXPECT_TRUE(all.is_over());
    all.run([] { ADD_FAILURE() << "called after a failure"; });
    EXPECT_THROW(all.finish(), std::out_of_range);
}

TEST(Computation, AFailureThatComesWhileItEndsIsNotTheFirst) {
    computation all(nullptr);
    all.run([&] {
        all.run([] { throw std::out_of_range("first"); });
        throw std::runtime_error("second");
    });
    EXPECT_THROW(all.finish(), std::out_of_range);
}

TEST(Computation, IsCancelledOnlyWhereSomethingWasSkipped) {
    computation all(nullptr);
    all.run([] {});
    all.stop();
    EXPECT_NO_THROW(all.finish());
    all.run([] { ADD_FAILURE() << "called after stop()"; });
    EXPECT_THROW(all.finish(), cancelled);
}

}  // namespace
}  // namespace troika::impl
