// SPDX-License-Identifier: MIT
#include "fetch/json_object.hpp"

#include <troika/base/random.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <limits>

namespace troika::fetch {
namespace {

std::string as_json(std::string_view text) {
    std::string answer;
    append_json(answer, text);
    return answer;
}

TEST(JsonString, EscapesWhatItMustAndWhatDeceives) {
    EXPECT_EQ(as_json("a \"b\" \\ /"), R"("a \"b\" \\ /")");
    EXPECT_EQ(as_json("\n\r\t\b\x1b"), R"("\n\r\t\u0008\u001b")");
    EXPECT_EQ(as_json(std::string_view("\0", 1)), R"("\u0000")");
    EXPECT_EQ(as_json("\x7f\u0085\u202e\u2028"), R"("\u007f\u0085\u202e\u2028")");
    EXPECT_EQ(as_json("\U000e0041"), R"("\udb40\udc41")");
    EXPECT_EQ(as_json("é中😀"), "\"é中😀\"");
    EXPECT_EQ(as_json("a\xff\xe2\x82z"), "\"a\uFFFD\uFFFDz\"");
}

TEST(JsonString, IsReadBackByAnother) {
    random source(5);
    for (int round = 0; round < 5'000; ++round) {
        std::string text(source() % 64, '\0');
        for (char& c : text) c = static_cast<char>(source());
        const std::string json = as_json(text);
        EXPECT_EQ(json.find('\n'), json.npos);
        const auto read = nlohmann::json::parse(json);   // throws if it is not JSON, or not UTF-8
        ASSERT_TRUE(read.is_string());
        // What could be kept was kept: a second round changes nothing more.
        EXPECT_EQ(as_json(read.get<std::string>()), json);
    }
}

TEST(JsonObject, HoldsEachKindOfValue) {
    json_object object;
    object.add("text", "a\"b")
        .add("view", std::string_view("c"))
        .add("yes", true)
        .add("no", false)
        .add("large", std::numeric_limits<std::uint64_t>::max())
        .add("negative", -3)
        .add("half", 0.5)
        .add("never", std::numeric_limits<double>::infinity());
    const std::string line = std::move(object).line();
    EXPECT_EQ(line, R"({"text":"a\"b","view":"c","yes":true,"no":false,)"
                    R"("large":18446744073709551615,"negative":-3,"half":0.5,"never":null})"
                    "\n");
    EXPECT_EQ(nlohmann::json::parse(line)["large"], std::numeric_limits<std::uint64_t>::max());
}

TEST(JsonObject, MayBeEmpty) { EXPECT_EQ(json_object().line(), "{}\n"); }

}  // namespace
}  // namespace troika::fetch
