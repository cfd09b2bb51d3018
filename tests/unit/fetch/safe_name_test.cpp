// SPDX-License-Identifier: MIT
#include "fetch/safe_name.hpp"

#include "fetch/utf8.hpp"

#include <troika/base/random.hpp>

#include <gtest/gtest.h>

namespace troika::fetch {
namespace {

constexpr std::size_t bytes_max = name_bytes_max - suffix_bytes_max;

TEST(SafeName, MakesHarmlessNamesOfHostileOnes) {
    struct row {
        std::string_view suggestion, name;
    };
    const row rows[] = {
        {"file.txt", "file.txt"},
        {"a b (1).txt", "a b (1).txt"},
        {"файл 中.txt", "файл 中.txt"},
        {"/etc/passwd", "passwd"},
        {"../../../etc/cron.d/x", "x"},
        {"C:\\Users\\me\\evil.exe", "evil.exe"},
        {"..", "index.html"},
        {".", "index.html"},
        {"", "index.html"},
        {"a/", "index.html"},
        {"...", "index.html"},
        {"\u200b\u202e", "index.html"},
        {".bashrc", "bashrc"},
        {"-rf", "rf"},
        {"- .-.x", "x"},
        {"\u200b.ssh", "ssh"},   // hidden behind an invisible character
        {"invoice\u202egpj.exe", "invoicegpj.exe"},
        {"a\x1b[31mb", "a[31mb"},
        {"a\nb\rc", "abc"},
        {"a\xc2\x85"
         "b",
         "ab"},
        {"a\xff"
         "b",
         "a\uFFFDb"},
        {" trailing  ", "trailing"},
        {std::string_view("nul\0.txt", 8), "nul.txt"},
    };
    for (const row& each : rows)
        EXPECT_EQ(safe_name(each.suggestion), each.name) << testing::PrintToString(each.suggestion);
}

TEST(SafeName, CutsLongNamesButKeepsTheExtension) {
    const std::string name = safe_name(std::string(1000, 'x') + ".tar.gz");
    EXPECT_EQ(name.size(), bytes_max);
    EXPECT_TRUE(name.ends_with("x.tar.gz"));
    EXPECT_LE(name.size() + journal_suffix.size(), name_bytes_max);

    std::string wide;
    for (int i = 0; i < 300; ++i) wide += "中";
    const std::string cut = safe_name(wide + ".iso");
    EXPECT_LE(cut.size(), bytes_max);
    EXPECT_GT(cut.size(), bytes_max - 3);
    EXPECT_TRUE(cut.ends_with("中.iso"));

    const std::string no_extension = safe_name("a." + std::string(1000, 'x'));
    EXPECT_EQ(no_extension.size(), bytes_max);
}

TEST(SafeName, HoldsForRandomBytes) {
    random source(7);
    for (int round = 0; round < 20'000; ++round) {
        std::string suggestion(source() % 400, '\0');
        for (char& c : suggestion) {
            // Half of the bytes from what matters most.
            constexpr std::string_view special = "./\\- \x1b\x7f\xe2\x80\xae";
            const auto pick = source();
            c = pick & 1 ? special[(pick >> 8) % special.size()] : static_cast<char>(pick >> 8);
        }
        const std::string name = safe_name(suggestion);
        ASSERT_FALSE(name.empty());
        ASSERT_LE(name.size(), bytes_max);
        ASSERT_NE(name.front(), '.');
        ASSERT_NE(name.front(), '-');
        ASSERT_EQ(name.find('/'), name.npos);
        for (std::string_view rest = name; !rest.empty();) {
            const utf8_step step = decode_utf8(rest);
            ASSERT_TRUE(step.valid);
            ASSERT_FALSE(is_deceptive(step.code_point));
            rest.remove_prefix(step.size);
        }
        ASSERT_EQ(safe_name(name), name);   // nothing is left to be done
    }
}

TEST(SafeNameOfUrl, TakesTheLastSegment) {
    struct row {
        std::string_view url, name;
    };
    const row rows[] = {
        {"http://host/a/b.txt", "b.txt"},
        {"http://host/a/b.txt?x=/y.z#/q", "b.txt"},
        {"http://host/a%20b.txt", "a b.txt"},
        {"http://host/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "passwd"},
        {"http://host/%2ebashrc", "bashrc"},
        {"http://host/a%00b", "ab"},
        {"http://host/100%.txt", "100%.txt"},
        {"http://host/%D1%84%FF.txt", "ф\uFFFD.txt"},
        {"http://host/", "index.html"},
        {"http://host", "index.html"},
        {"http://host?x=1", "index.html"},
        {"http://host/dir/", "index.html"},
        {"http://host/..", "index.html"},
    };
    for (const row& each : rows) EXPECT_EQ(safe_name_of_url(each.url), each.name) << each.url;
}

TEST(NumberedName, StandsBeforeTheExtension) {
    EXPECT_EQ(numbered_name("a.txt", 1), "a.1.txt");
    EXPECT_EQ(numbered_name("a.tar.gz", 12), "a.12.tar.gz");
    EXPECT_EQ(numbered_name("README", 3), "README.3");
    EXPECT_EQ(numbered_name(".tar.gz", 3), ".tar.3.gz");
    const std::string longest =
        numbered_name(std::string(bytes_max - 4, 'x') + ".iso", 4'000'000'000);
    EXPECT_EQ(longest.size(), bytes_max);
    EXPECT_TRUE(longest.ends_with("x.4000000000.iso"));
}

}  // namespace
}  // namespace troika::fetch
