// SPDX-License-Identifier: MIT
#include "os/error.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <system_error>

namespace troika::os {

TEST(error, names_operation_subject_and_advice) {
    try {
        throw_error(EMFILE, "accept", "127.0.0.1:80");
    } catch (const std::system_error& e) {
        EXPECT_EQ(e.code(), std::errc::too_many_files_open);
        const std::string what = e.what();
        EXPECT_EQ(what.find("accept 127.0.0.1:80"), 0u) << what;
        EXPECT_NE(what.find("ulimit -n"), std::string::npos) << what;
    }
    EXPECT_THROW(throw_error(ENOENT, "open"), std::system_error);
}

TEST(error, the_threads_errno_is_used) {
    errno = ENOENT;
    try {
        throw_errno("open", "/nowhere");
    } catch (const std::system_error& e) {
        EXPECT_EQ(e.code().value(), ENOENT);
        return;
    }
    FAIL();
}

TEST(error, results_that_are_not_negative_pass) {
    EXPECT_EQ(or_throw(0, "x"), 0);
    EXPECT_EQ(or_throw(7, "x"), 7);
    EXPECT_THROW(or_throw(-EBADF, "close", "3"), std::system_error);
}

TEST(error, texts_and_names) {
    EXPECT_EQ(error_text(ECONNREFUSED), "Connection refused");
    EXPECT_NE(error_text(ENOSPC).find("free some space"), std::string::npos);
    EXPECT_EQ(error_text(54321), "unknown error 54321");
    EXPECT_EQ(error_name(EAGAIN), "EAGAIN");
    EXPECT_EQ(error_name(54321), "54321");
}

}  // namespace troika::os
