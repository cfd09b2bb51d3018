// SPDX-License-Identifier: MIT
#include <troika/subprocess/command.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace troika::subprocess {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;

TEST(Command, IsMadeOfWords) {
    const command listed = {"gzip", "-9"};
    EXPECT_THAT(listed.words(), ElementsAre("gzip", "-9"));
    EXPECT_EQ(listed.program(), "gzip");
    const std::string name = "name";
    const command mixed = {"cat", name, std::string_view("x")};
    EXPECT_THAT(mixed.words(), ElementsAre("cat", "name", "x"));
    const command one = {"true"};
    EXPECT_THAT(one.words(), ElementsAre("true"));
    const command from_vector = std::vector<std::string>{"a", "b"};
    EXPECT_THAT(from_vector.words(), ElementsAre("a", "b"));
}

TEST(Command, RefusesWhatCannotBe) {
    EXPECT_THROW(command(std::vector<std::string>()), std::invalid_argument);
    EXPECT_THROW(command("", "x"), std::invalid_argument);
    EXPECT_THROW(command("x", std::string("a\0b", 3)), std::invalid_argument);
}

TEST(Command, LooksForProgramsWhereShellsDo) {
    EXPECT_THAT(command("ls").candidates("/usr/bin:/bin/"), ElementsAre("/usr/bin/ls", "/bin/ls"));
    EXPECT_THAT(command("ls").candidates(":x:"), ElementsAre("./ls", "x/ls", "./ls"));
    EXPECT_THAT(command("ls").candidates(""), ElementsAre("./ls"));
    EXPECT_THAT(command("./ls").candidates("/bin"), ElementsAre("./ls"));
    EXPECT_THAT(command("/bin/ls").candidates("/x"), ElementsAre("/bin/ls"));
}

TEST(Command, IsShownAsForAShell) {
    EXPECT_EQ(to_string(command("gzip", "-9", "a/b.txt")), "gzip -9 a/b.txt");
    EXPECT_EQ(to_string(command("sh", "-c", "echo $x", "")), "sh -c 'echo $x' ''");
    EXPECT_EQ(to_string(command("echo", "it's\n")), "echo 'it'\\''s?'");
    EXPECT_EQ(to_string(command("echo", "\xc3\xa9")), "echo \xc3\xa9");
}

TEST(Command, IsNotShownAtLength) {
    const std::string text = to_string(command("echo", std::string(1000, 'x')));
    EXPECT_EQ(text.size(), 203u);
    EXPECT_THAT(text, EndsWith("x..."));
    // A character of several bytes stays whole.
    std::string word;
    for (int i = 0; i < 500; ++i) word += "\xe2\x82\xac";
    EXPECT_THAT(to_string(command("echo", word)), EndsWith("\xe2\x82\xac..."));
}

}  // namespace
}  // namespace troika::subprocess
