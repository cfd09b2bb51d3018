// SPDX-License-Identifier: MIT
#include "os/environment.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include <sys/resource.h>
#include <unistd.h>

namespace troika::os {

TEST(environment, tells_unset_from_empty) {
    ASSERT_EQ(::setenv("TROIKA_TEST_VARIABLE", "", 1), 0);
    EXPECT_EQ(environment("TROIKA_TEST_VARIABLE"), "");
    ASSERT_EQ(::setenv("TROIKA_TEST_VARIABLE", "x y", 1), 0);
    EXPECT_EQ(environment("TROIKA_TEST_VARIABLE"), "x y");
    ASSERT_EQ(::unsetenv("TROIKA_TEST_VARIABLE"), 0);
    EXPECT_EQ(environment("TROIKA_TEST_VARIABLE"), std::nullopt);
}

TEST(environment, is_safe_to_read_where_the_program_has_no_special_rights) {
    ASSERT_EQ(::setenv("TROIKA_TEST_VARIABLE", "x", 1), 0);
    EXPECT_EQ(safe_environment("TROIKA_TEST_VARIABLE"), "x");
    ASSERT_EQ(::unsetenv("TROIKA_TEST_VARIABLE"), 0);
    EXPECT_EQ(safe_environment("TROIKA_TEST_VARIABLE"), std::nullopt);
}

TEST(environment, names_the_process_and_the_kernel) {
    EXPECT_EQ(process_id(), ::getpid());
    EXPECT_EQ(kernel_release().find("Linux "), 0u) << kernel_release();
}

TEST(environment, the_descriptor_limit_can_be_raised) {
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    const rlimit low{.rlim_cur = 64, .rlim_max = before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
    EXPECT_EQ(get_descriptor_limits().soft, 64u);
    EXPECT_EQ(raise_descriptor_limit(), before.rlim_max);
    EXPECT_EQ(get_descriptor_limits().soft, before.rlim_max);
    EXPECT_EQ(get_descriptor_limits().hard, before.rlim_max);
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
}

}  // namespace troika::os
