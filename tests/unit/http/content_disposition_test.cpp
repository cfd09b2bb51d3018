// SPDX-License-Identifier: MIT
#include <troika/http/content_disposition.hpp>

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace troika::http {
namespace {

std::optional<std::string> name_in(std::string_view value) {
    const auto parsed = parse_content_disposition(value);
    return parsed ? parsed->filename : std::nullopt;
}

TEST(ContentDisposition, FindsNames) {
    const std::vector<std::pair<const char*, const char*>> table = {
        {"attachment; filename=example.html", "example.html"},
        {"INLINE; FILENAME= \"an example.html\"", "an example.html"},
        {"attachment; filename=\"a;b\\\"c\\\\d\"", "a;b\"c\\d"},
        {"attachment;filename=\"a\"", "a"},
        {"attachment; filename=a b.txt ; size=3", "a b.txt"},
        {"attachment; filename=\"\"", ""},
        {"attachment; size=3; filename=\"a\"; filename=\"b\"", "a"},
        {"attachment; filename*= UTF-8''%e2%82%ac%20rates", "\xe2\x82\xac rates"},
        {"attachment; filename=\"EURO rates\"; filename*=utf-8'en'%e2%82%ac%20rates",
         "\xe2\x82\xac rates"},
        {"attachment; filename*=UTF-8''%e2; filename=\"a\"", "\xe2"},
        {"attachment; filename*=iso-8859-1'en'%A3%20rates", "\xc2\xa3 rates"},
        {"attachment; filename*=UTF-16''%00a; filename=b", "b"},
        {"attachment; filename*=UTF-8''%zz; filename=b", "b"},
        {"attachment; filename*=broken; filename=b", "b"},
        {"attachment; filename*0=\"a\"; filename=b", "b"},
        {"attachment;; filename=b;", "b"},
        // Raw, whatever it is: making it safe is another's work.
        {"attachment; filename=\"../../etc/passwd\"", "../../etc/passwd"},
        {"attachment; filename*=UTF-8''a%2Fb%0A", "a/b\n"},
    };
    for (const auto& [value, name] : table) EXPECT_EQ(name_in(value), name) << value;
}

TEST(ContentDisposition, KnowsItsType) {
    EXPECT_TRUE(parse_content_disposition("Attachment")->is_attachment());
    EXPECT_FALSE(parse_content_disposition("inline; filename=a")->is_attachment());
    for (const char* bad :
         {"", ";", "filename=a", "; filename=a", "a b; filename=c", "\"attachment\""})
        EXPECT_FALSE(parse_content_disposition(bad)) << bad;
}

TEST(ContentDisposition, StopsAtWhatItCannotRead) {
    for (const char* value :
         {"attachment", "attachment; filename", "attachment; filename=\"a", "attachment; =a",
          "attachment; \"filename\"=a", "attachment; x\x01=a"})
        EXPECT_EQ(name_in(value), std::nullopt) << value;
    EXPECT_EQ(name_in("attachment; filename=a; bad name=\"x\"; filename*=UTF-8''b"), "a");
}

}  // namespace
}  // namespace troika::http
