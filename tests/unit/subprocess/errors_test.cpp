// SPDX-License-Identifier: MIT
#include <troika/subprocess/errors.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace troika::subprocess {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(SubprocessError, NamesTheCommandAndHowItEnded) {
    const subprocess_error plain("gzip -9", exit_status::exited(2), "");
    EXPECT_STREQ(plain.what(), "gzip -9: exit code 2");
    EXPECT_EQ(plain.status(), exit_status::exited(2));
    const subprocess_error told("gzip -9", exit_status::killed(9), "no space\ngiving up\n\n");
    EXPECT_STREQ(told.what(), "gzip -9: ended by SIGKILL\nno space\ngiving up");
}

TEST(SubprocessError, HasTheLastLinesOnly) {
    std::string text;
    for (int line = 1; line <= 30; ++line) text += "line " + std::to_string(line) + "\n";
    const std::string said = subprocess_error("x", exit_status::exited(1), text).what();
    EXPECT_THAT(said, EndsWith("\nline 29\nline 30"));
    EXPECT_THAT(said, HasSubstr("\nline 21\n"));
    EXPECT_THAT(said, Not(HasSubstr("line 20")));
    std::string euros;
    for (int i = 0; i < 2000; ++i) euros += "\xe2\x82\xac";
    const std::string lot = subprocess_error("x", exit_status::exited(1), euros).what();
    EXPECT_LE(lot.size(), subprocess_error::bytes_max + 20);
    EXPECT_THAT(lot, HasSubstr("exit code 1\n\xe2\x82\xac"));
}

TEST(SubprocessError, TellsTerminalsNothing) {
    const subprocess_error odd("x", exit_status::exited(1), "a\x1b[2Jb\tc\rd");
    EXPECT_STREQ(odd.what(), "x: exit code 1\na?[2Jb\tc?d");
}

TEST(OutputOverrun, SaysWhatToDo) {
    const output_overrun error("standard output of yes", 100);
    EXPECT_EQ(error.limit(), 100u);
    EXPECT_THAT(error.what(), HasSubstr("standard output of yes has more than 100 bytes"));
    EXPECT_THAT(error.what(), HasSubstr("output_max"));
}

}  // namespace
}  // namespace troika::subprocess
