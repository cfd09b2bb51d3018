// SPDX-License-Identifier: MIT
#include "testing/choice_path.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace troika::testing::impl {

using ::testing::ElementsAre;

TEST(choice_path, walks_every_path_once_in_order) {
    choice_path path;
    std::vector<std::string> walked;
    do {
        path.restart();
        std::string here;
        here += static_cast<char>('a' + path.choose(3));
        // Not every path has the same choices.
        if (here == "b") here += static_cast<char>('a' + path.choose(2));
        here += static_cast<char>('x' + path.choose(1));
        walked.push_back(here);
        EXPECT_FALSE(path.diverged());
    } while (path.advance());
    EXPECT_THAT(walked, ElementsAre("ax", "bax", "bbx", "cx"));
}

TEST(choice_path, is_written_without_first_choices_and_followed) {
    choice_path path;
    for (int i = 0; i < 5; ++i) {
        path.restart();
        for (int c = 0; c < 3; ++c) static_cast<void>(path.choose(2));
        if (i < 4) EXPECT_TRUE(path.advance());
    }
    EXPECT_EQ(path.text(), "0:1");
    choice_path again;
    EXPECT_TRUE(again.follow("1:1,2:2"));
    again.restart();
    EXPECT_EQ(again.choose(2), 0u);
    EXPECT_EQ(again.choose(2), 1u);
    EXPECT_EQ(again.choose(3), 2u);
    EXPECT_EQ(again.choose(3), 0u);
    EXPECT_FALSE(again.diverged());
    EXPECT_EQ(again.text(), "1:1,2:2");
}

TEST(choice_path, refuses_what_is_no_path) {
    for (const char* text : {"1", "1:", ":1", "1:1,", "1:1,1:1", "2:1,1:1", "a:1", "1:1;2:1",
                             "-1:1", "1000000:1"})
        EXPECT_FALSE(choice_path().follow(text)) << text;
    EXPECT_TRUE(choice_path().follow(""));
}

TEST(choice_path, notices_a_tree_that_has_changed) {
    choice_path path;
    path.restart();
    static_cast<void>(path.choose(2));
    static_cast<void>(path.choose(2));
    EXPECT_TRUE(path.advance());
    path.restart();
    static_cast<void>(path.choose(3));
    EXPECT_TRUE(path.diverged());

    choice_path shorter;
    static_cast<void>(shorter.choose(2));
    static_cast<void>(shorter.choose(2));
    EXPECT_TRUE(shorter.advance());
    shorter.restart();
    EXPECT_TRUE(shorter.diverged());
}

}  // namespace troika::testing::impl
