// SPDX-License-Identifier: MIT
#include "fetch/plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace troika::fetch {
namespace {

using testing::HasSubstr;

list_entry entry(std::string url, std::string out = {}) {
    list_entry made;
    made.url = std::move(url);
    made.out = std::move(out);
    return made;
}

TEST(TargetPath, JoinsDirectoryAndName) {
    EXPECT_EQ(target_path("", entry("http://h/a.txt")), "a.txt");
    EXPECT_EQ(target_path("d", entry("http://h/a.txt")), "d/a.txt");
    EXPECT_EQ(target_path("d/", entry("http://h/..%2fa.txt")), "d/a.txt");
    EXPECT_EQ(target_path("/", entry("http://h/")), "/index.html");
    EXPECT_EQ(target_path("d", entry("http://h/a", "sub/b c.txt")), "d/sub/b c.txt");
    EXPECT_EQ(target_path("d", entry("http://h/a", ".hidden")), "d/.hidden");
}

TEST(TargetPath, RefusesToLeaveTheDirectory) {
    for (const std::string out :
         {"/etc/passwd", "..", ".", "../x", "a/../../x", "a/./b", "a//b", "a/", "a\nb", "a\x1b[2J",
          "a\u202e"
          "b"})
        EXPECT_THROW(static_cast<void>(target_path("d", entry("http://h/a", out))), failure) << out;
    EXPECT_THROW(static_cast<void>(target_path("d", entry("http://h/a", std::string(250, 'x')))),
                 failure);
    EXPECT_EQ(target_path("", entry("http://h/a", std::string(240, 'x'))).size(), 240u);
}

TEST(TargetNames, GiveEachPathOnce) {
    target_names names;
    EXPECT_TRUE(names.claim("a"));
    EXPECT_FALSE(names.claim("a"));
    EXPECT_TRUE(names.claim("b"));
    names.end("a");
    EXPECT_FALSE(names.claim("a"));   // nor would the second replace the first that is whole
    EXPECT_TRUE(names.claim("a.1"));
}

TEST(TargetNames, KeepTheNamesBesideFree) {
    target_names names;
    EXPECT_TRUE(names.claim("a"));
    EXPECT_FALSE(names.claim("a.part"));
    EXPECT_FALSE(names.claim("a.part.journal"));
    EXPECT_TRUE(names.claim("b.part"));
    EXPECT_FALSE(names.claim("b"));
    EXPECT_TRUE(names.claim("c.part.journal"));
    EXPECT_FALSE(names.claim("c"));
    names.end("a");
    EXPECT_FALSE(names.claim("a.part"));
}

TEST(TargetNames, RememberALimitedNumber) {
    target_names names;
    for (std::size_t i = 0; i <= target_names::remembered_max; ++i) {
        const std::string path = std::to_string(i);
        ASSERT_TRUE(names.claim(path));
        names.end(path);
    }
    EXPECT_FALSE(names.claim("0"));
    EXPECT_TRUE(names.claim(std::to_string(target_names::remembered_max)));
}

TEST(SameName, SaysWhatToDo) {
    const failure error = same_name_failure("http://me:secret@h/a", "d/a");
    EXPECT_EQ(error.why(), cause::usage);
    EXPECT_THAT(error.what(), HasSubstr("--rename"));
    EXPECT_THAT(error.what(), testing::Not(HasSubstr("secret")));
}

}  // namespace
}  // namespace troika::fetch
