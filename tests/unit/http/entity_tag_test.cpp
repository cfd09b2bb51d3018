// SPDX-License-Identifier: MIT
#include <troika/http/entity_tag.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace troika::http {
namespace {

using namespace std::chrono;

const entity_tag strong{"a", false};
const entity_tag weak{"a", true};
const entity_tag other{"b", false};
constexpr sys_seconds now = sys_days{2026y / November / 21};
constexpr sys_seconds changed = sys_days{1994y / November / 6} + 8h + 49min + 37s;

TEST(EntityTag, IsReadAndWritten) {
    EXPECT_EQ(parse_entity_tag("\"a\""), strong);
    EXPECT_EQ(parse_entity_tag(" W/\"a\" "), weak);
    EXPECT_EQ(parse_entity_tag("\"\"")->opaque, "");
    EXPECT_EQ(parse_entity_tag("\"a,b \\\"") , std::nullopt);   // a blank is not allowed
    EXPECT_EQ(parse_entity_tag("\"a,\\\xc3\"")->opaque, "a,\\\xc3");
    EXPECT_EQ(strong.to_string(), "\"a\"");
    EXPECT_EQ(weak.to_string(), "W/\"a\"");
    for (const char* bad : {"", "a", "\"a", "a\"", "w/\"a\"", "W/a", "W\"a\"", "\"a\"b",
                            "\"a\", \"b\"", "\"a\x01\"", "*"})
        EXPECT_EQ(parse_entity_tag(bad), std::nullopt) << bad;
}

TEST(EntityTag, ComparesInTwoWays) {   // RFC 9110, 8.8.3.2
    EXPECT_FALSE(same_bytes(weak, weak));
    EXPECT_FALSE(same_bytes(weak, strong));
    EXPECT_TRUE(same_bytes(strong, strong));
    EXPECT_FALSE(same_bytes(strong, other));
    EXPECT_TRUE(same_meaning(weak, weak));
    EXPECT_TRUE(same_meaning(weak, strong));
    EXPECT_FALSE(same_meaning(weak, other));
}

TEST(EntityTag, IsReadFromLists) {
    const auto list = parse_entity_tag_list("\"a,b\" , W/\"c\",,\"d\"");
    ASSERT_TRUE(list);
    EXPECT_FALSE(list->any);
    EXPECT_EQ(list->tags, (std::vector<entity_tag>{{"a,b", false}, {"c", true}, {"d", false}}));
    EXPECT_TRUE(parse_entity_tag_list(" * ")->any);
    for (const char* bad : {"", ",", "a", "\"a\" \"b\"", "\"a\",*", "\"a\",b"})
        EXPECT_FALSE(parse_entity_tag_list(bad)) << bad;
    std::string many = "\"a\"";
    for (std::size_t i = 1; i < entity_tags_max; ++i) many += ",\"a\"";
    EXPECT_EQ(parse_entity_tag_list(many)->tags.size(), entity_tags_max);
    EXPECT_FALSE(parse_entity_tag_list(many + ",\"a\""));
}

TEST(EntityTag, DecidesIfMatch) {
    const validators current{strong, {}};
    EXPECT_TRUE(if_match_passes("*", current, true));
    EXPECT_FALSE(if_match_passes("*", {}, false));
    EXPECT_TRUE(if_match_passes("\"b\", \"a\"", current, true));
    EXPECT_FALSE(if_match_passes("\"b\"", current, true));
    EXPECT_FALSE(if_match_passes("W/\"a\"", current, true));
    EXPECT_FALSE(if_match_passes("\"a\"", {}, true));
    EXPECT_FALSE(if_match_passes("garbage", current, true));
}

TEST(EntityTag, DecidesIfNoneMatch) {
    const validators current{strong, {}};
    EXPECT_FALSE(if_none_match_passes("*", current, true));
    EXPECT_TRUE(if_none_match_passes("*", {}, false));
    EXPECT_FALSE(if_none_match_passes("W/\"a\"", current, true));
    EXPECT_TRUE(if_none_match_passes("\"b\"", current, true));
    EXPECT_TRUE(if_none_match_passes("\"a\"", {}, true));
    EXPECT_TRUE(if_none_match_passes("garbage", current, true));
}

TEST(EntityTag, DecidesIfRange) {
    const validators current{strong, changed};
    EXPECT_TRUE(if_range_passes("\"a\"", current, now));
    EXPECT_FALSE(if_range_passes("W/\"a\"", current, now));
    EXPECT_FALSE(if_range_passes("W/\"a\"", {weak, changed}, now));
    EXPECT_FALSE(if_range_passes("\"b\"", current, now));
    EXPECT_TRUE(if_range_passes("Sun, 06 Nov 1994 08:49:37 GMT", current, now));
    EXPECT_FALSE(if_range_passes("Sun, 06 Nov 1994 08:49:38 GMT", current, now));
    EXPECT_FALSE(if_range_passes("Sun, 06 Nov 1994 08:49:37 GMT", {strong, {}}, now));
    EXPECT_FALSE(if_range_passes("", current, now));
}

}  // namespace
}  // namespace troika::http
