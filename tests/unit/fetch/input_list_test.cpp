// SPDX-License-Identifier: MIT
#include <troika/fetch/input_list.hpp>

#include <troika/base/random.hpp>
#include <troika/fetch/failure.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace troika::fetch {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

const std::string digits(64, 'a');

std::vector<list_entry> read_all(std::string_view text) {
    input_list list("list");
    list.feed(text);
    list.finish();
    std::vector<list_entry> entries;
    while (auto entry = list.next()) entries.push_back(std::move(*entry));
    return entries;
}

TEST(InputList, ReadsUrlsAndTheirFields) {
    const auto entries = read_all(
        "# downloads\n"
        "\n"
        "http://h/a\n"
        "  http://h/b#top\tout=b%20c.txt   # a remark\r\n"
        "http://h/c out=\"c \\\"d\\\" %20.txt\" sha256=" +
        digits +
        "\n"
        "http://h/d checksum=sha-256:" +
        digits +
        " out=sub/d\n"
        "http://h/\"e\"");
    ASSERT_EQ(entries.size(), 5u);
    EXPECT_EQ(entries[0].url, "http://h/a");
    EXPECT_EQ(entries[0].out, "");
    EXPECT_FALSE(entries[0].expected);
    EXPECT_EQ(entries[0].line, 3u);
    EXPECT_EQ(entries[1].url, "http://h/b#top");
    EXPECT_EQ(entries[1].out, "b c.txt");
    EXPECT_EQ(entries[2].out, "c \"d\" %20.txt");
    EXPECT_EQ(entries[2].expected.value().hex(), digits);
    EXPECT_EQ(entries[3].out, "sub/d");
    EXPECT_EQ(entries[3].expected.value().algorithm(), checksum_algorithm::sha256);
    EXPECT_EQ(entries[4].url, "http://h/\"e\"");
    EXPECT_EQ(entries[4].line, 7u);
}

TEST(InputList, SkipsAByteOrderMark) {
    const auto entries = read_all("\xef\xbb\xbfhttp://h/a\n");
    ASSERT_EQ(entries.size(), 1u);
    EXPECT_EQ(entries[0].url, "http://h/a");
}

TEST(InputList, EmptyListsHaveNoEntries) {
    for (const std::string_view text : {"", "\n", "\r\n\r\n", "#", "  \t", "# a\n#b"})
        EXPECT_TRUE(read_all(text).empty()) << text;
}

TEST(InputList, NamesListAndLineOfWhatIsWrong) {
    struct row {
        std::string line, why;
    };
    const row rows[] = {
        {"http://h/a http://h/b", "one URL a line"},
        {"http://h/a b.txt", "is not out=NAME"},
        {"http://h/a name=b", "'name=' is not known; write out="},
        {"http://h/a out=", "out= has no name"},
        {"http://h/a out=\"\"", "out= has no name"},
        {"http://h/a out=a out=b", "given twice"},
        {"http://h/a out=\"a b", "is not closed"},
        {"http://h/a out=100%", "%25"},
        {"http://h/a sha256=12", "64 hexadecimal digits"},
        {"http://h/a sha256=" + digits + " sha256=" + digits, "a second checksum"},
        {"http://h/a checksum=what", "ALGORITHM:DIGITS"},
        {"http://h/a\x1b[31m", "control character"},
        {std::string("http://h/a\0b", 12), "control character"},
        {std::string(input_list::line_length_max + 1, 'x'), "longer than 65536 bytes"},
    };
    for (const row& each : rows) {
        input_list list("my list.txt");
        list.feed("\n" + each.line + "\nhttp://h/next\n");
        list.finish();
        try {
            static_cast<void>(list.next());
            ADD_FAILURE() << each.line;
        } catch (const failure& error) {
            EXPECT_EQ(error.why(), cause::usage);
            EXPECT_THAT(error.what(), StartsWith("my list.txt:2: "));
            EXPECT_THAT(error.what(), HasSubstr(each.why));
        }
        // The list goes on behind it.
        const auto next = list.next();
        ASSERT_TRUE(next) << each.line;
        EXPECT_EQ(next->url, "http://h/next");
        EXPECT_EQ(next->line, 3u);
        EXPECT_FALSE(list.next());
    }
}

TEST(InputList, DoesNotShowPasswords) {
    input_list list("l");
    list.feed("http://h/a http://me:secret@h/b\n");
    try {
        static_cast<void>(list.next());
        ADD_FAILURE();
    } catch (const failure& error) {
        EXPECT_THAT(error.what(), testing::Not(HasSubstr("secret")));
    }
}

TEST(InputList, IsTheSameHoweverItIsCut) {
    const std::string text = "http://h/a out=\"x y\"\r\n\n# no\nhttp://h/b sha256=" + digits +
                             "\nhttp://h/c\r\nhttp://h/d";
    const auto whole = read_all(text);
    ASSERT_EQ(whole.size(), 4u);
    random source(3);
    for (int round = 0; round < 500; ++round) {
        std::size_t at = 0, seen = 0;
        input_list list("list");
        const auto give = [&](std::span<char> into) {
            const std::size_t size = std::min({source() % 9 + 1, text.size() - at, into.size()});
            std::copy_n(text.begin() + static_cast<std::ptrdiff_t>(at), size, into.begin());
            at += size;
            return size;
        };
        while (const auto entry = list.next_from(give)) {
            ASSERT_LT(seen, whole.size());
            EXPECT_EQ(entry->url, whole[seen].url);
            EXPECT_EQ(entry->out, whole[seen].out);
            EXPECT_EQ(entry->expected, whole[seen].expected);
            EXPECT_EQ(entry->line, whole[seen].line);
            ++seen;
        }
        EXPECT_EQ(seen, whole.size());
        EXPECT_FALSE(list.next_from(give));   // and the end stays the end
    }
}

TEST(InputList, AsksForNoMoreThanItNeeds) {
    // A source without end: whoever reads ahead never comes back.
    std::uint64_t lines = 0;
    const auto endless = [&](std::span<char> into) {
        const std::string line = "http://h/" + std::to_string(++lines) + "\n";
        std::ranges::copy(line, into.begin());
        return line.size();
    };
    input_list list("list");
    for (std::uint64_t i = 1; i <= 100'000; ++i) {
        const auto entry = list.next_from(endless);
        ASSERT_TRUE(entry);
        ASSERT_EQ(entry->line, i);
        ASSERT_EQ(lines, i);
    }
}

TEST(InputList, KeepsNothingOfAnEndlessLine) {
    input_list list("list");
    list.feed("http://h/1\n");
    EXPECT_TRUE(list.next());
    const std::string piece(60'000, 'x');
    int refusals = 0;
    for (int i = 0; i < 1'000; ++i) {
        list.feed(piece);
        try {
            EXPECT_FALSE(list.next());
        } catch (const failure& error) {
            ++refusals;
            EXPECT_THAT(error.what(), StartsWith("list:2: "));
        }
    }
    EXPECT_EQ(refusals, 1);
    list.feed("end\nhttp://h/3\n");
    const auto entry = list.next();
    ASSERT_TRUE(entry);
    EXPECT_EQ(entry->url, "http://h/3");
    EXPECT_EQ(entry->line, 3u);
}

}  // namespace
}  // namespace troika::fetch
