// SPDX-License-Identifier: MIT
#include <troika/core/errors.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <type_traits>

namespace troika {
namespace {

TEST(Errors, CancelledIsNoStdException) {
    static_assert(!std::is_base_of_v<std::exception, cancelled>);
    EXPECT_TRUE(impl::is_cancelled(impl::make_cancelled()));
    EXPECT_FALSE(impl::is_cancelled(std::make_exception_ptr(std::runtime_error("no"))));
    EXPECT_FALSE(impl::is_cancelled(nullptr));
}

TEST(Errors, DescribeNamesEveryKind) {
    struct strange {};
    EXPECT_EQ(describe(std::make_exception_ptr(std::runtime_error("no"))), "no");
    EXPECT_EQ(describe(impl::make_cancelled()), "cancelled");
    EXPECT_THAT(describe(std::make_exception_ptr(strange{})), testing::HasSubstr("strange"));
    EXPECT_EQ(describe(nullptr), "no error");
}

TEST(Errors, TimeoutIsASystemError) {
    const timeout_error error("connect 10.0.0.1:443");
    EXPECT_EQ(error.code(), std::errc::timed_out);
    EXPECT_THAT(error.what(), testing::StartsWith("connect 10.0.0.1:443"));
}

TEST(Errors, AGroupListsItsErrors) {
    const exception_group group("errors in a test",
                                {std::make_exception_ptr(std::runtime_error("first")),
                                 std::make_exception_ptr(std::runtime_error("second"))});
    EXPECT_EQ(group.errors().size(), 2u);
    EXPECT_STREQ(group.what(), "errors in a test (2 errors)\n  - first\n  - second");
}

}  // namespace
}  // namespace troika
