// SPDX-License-Identifier: MIT
#include "mapper/command_template.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace troika::mapper {
namespace {

using ::testing::ElementsAre;

std::string one(const std::string& word, std::string_view input) {
    return command_template({"x", word}).expand(input, 7).back();
}

TEST(CommandTemplate, PutsTheInputInItsPlaces) {
    EXPECT_THAT(command_template({"cp", "{}", "to/{}.bak"}).expand("a b", 1),
                ElementsAre("cp", "a b", "to/a b.bak"));
    EXPECT_THAT(command_template({"{}", "x"}).expand("ls", 1), ElementsAre("ls", "x"));
    EXPECT_THAT(command_template({"x", "{#}"}).expand("in", 12), ElementsAre("x", "12"));
}

TEST(CommandTemplate, PutsItLastWhereThereIsNoPlace) {
    EXPECT_THAT(command_template({"gzip", "-9"}).expand("f", 1), ElementsAre("gzip", "-9", "f"));
    EXPECT_THAT(command_template({"x", "{", "{}"}).expand("f", 1), ElementsAre("x", "{", "f"));
}

TEST(CommandTemplate, TakesPathsApart) {
    EXPECT_EQ(one("{.}", "a/b.tar.gz"), "a/b.tar");
    EXPECT_EQ(one("{.}", "a.d/b"), "a.d/b");
    EXPECT_EQ(one("{/}", "a/b.gz"), "b.gz");
    EXPECT_EQ(one("{//}", "a/b/c"), "a/b");
    EXPECT_EQ(one("{//}", "c"), ".");
    EXPECT_EQ(one("{//}", "/c"), "/");
    EXPECT_EQ(one("{/.}", "a/b.gz"), "b");
    EXPECT_EQ(one("[{/.}|{}]{", "a/b.gz"), "[b|a/b.gz]{");
}

TEST(CommandTemplate, ReadsNoInputAsATemplate) {
    EXPECT_EQ(one("{}", "{#}{}"), "{#}{}");
    EXPECT_EQ(one("{}", ""), "");
}

}  // namespace
}  // namespace troika::mapper
