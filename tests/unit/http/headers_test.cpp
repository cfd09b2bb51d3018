// SPDX-License-Identifier: MIT
#include <troika/http/headers.hpp>

#include <troika/http/error.hpp>

#include <gtest/gtest.h>

#include <iterator>
#include <string>
#include <utility>
#include <vector>

namespace troika::http {
namespace {

using values = std::vector<std::string_view>;

static_assert(std::forward_iterator<headers::iterator>);

errc code_of(auto&& action) {
    try {
        action();
    } catch (const http_error& error) {
        return error.code();
    }
    return errc::malformed_message;   // which no header function throws
}

TEST(Headers, KeepOrderAndDuplicates) {
    headers fields{{"Host", "x"}, {"Accept", "a"}};
    fields.add("accept", "b");
    EXPECT_EQ(fields.size(), 3u);
    EXPECT_EQ(fields.get("ACCEPT"), "a");
    EXPECT_EQ(fields.get_all("Accept"), (values{"a", "b"}));
    EXPECT_EQ(fields.get("Cookie"), std::nullopt);
    EXPECT_EQ(fields.wire(), "Host: x\r\nAccept: a\r\naccept: b\r\n");
    EXPECT_EQ(fields[2].name, "accept");
}

TEST(Headers, SetReplacesAndRemoveRemoves) {
    headers fields{{"A", "1"}, {"B", "2"}, {"a", "3"}, {"C", ""}};
    fields.set("A", "4");
    EXPECT_EQ(fields.wire(), "B: 2\r\nC: \r\nA: 4\r\n");
    EXPECT_EQ(fields.get("c"), "");
    EXPECT_EQ(fields.remove("b"), 1u);
    EXPECT_EQ(fields.remove("b"), 0u);
    EXPECT_EQ(fields.wire(), "C: \r\nA: 4\r\n");
    EXPECT_EQ(fields.get("A"), "4");
    fields.clear();
    EXPECT_TRUE(fields.empty());
    EXPECT_EQ(fields.wire(), "");
}

TEST(Headers, TrimValues) {
    headers fields;
    fields.add("A", " \t b c\t ");
    EXPECT_EQ(fields.get("A"), "b c");
}

TEST(Headers, CannotBeInjectedInto) {
    headers fields{{"A", "old"}};
    for (std::string_view bad : values{"a\r\nB: c", "a\nB: c", "a\rb", "a\x01", "a\x7f",
                                       std::string_view("a\0b", 3)}) {
        EXPECT_EQ(code_of([&] { fields.add("X", bad); }), errc::invalid_header_value);
        EXPECT_EQ(code_of([&] { fields.set("A", bad); }), errc::invalid_header_value);
    }
    for (std::string_view bad : {"", " ", "A ", "A:", "A\r\nB", "\xc3\xbc", "a b", "(a)"})
        EXPECT_EQ(code_of([&] { fields.add(bad, "x"); }), errc::invalid_header_name) << bad;
    EXPECT_EQ(fields.wire(), "A: old\r\n");
    fields.add("B", "tab\there, \xc3\xbc");
    EXPECT_EQ(fields.get("B"), "tab\there, \xc3\xbc");
}

TEST(Headers, HaveLimits) {
    headers many;
    for (std::size_t i = 0; i < headers::count_max; ++i) many.add("a", "b");
    EXPECT_EQ(code_of([&] { many.add("a", "b"); }), errc::too_many_headers);
    EXPECT_EQ(many.size(), headers::count_max);

    headers large;
    large.add("a", std::string(headers::bytes_max - 5, 'b'));
    EXPECT_EQ(large.wire().size(), headers::bytes_max);
    EXPECT_EQ(code_of([&] { large.add("c", ""); }), errc::headers_too_large);
    EXPECT_EQ(code_of([&] { headers().add("a", std::string(headers::bytes_max - 4, 'b')); }),
              errc::headers_too_large);
}

TEST(Headers, TakeBackTheirOwnViews) {
    headers fields{{"A", "a value that is too long to be kept without an allocation"}};
    for (int i = 0; i < 20; ++i) fields.add("B", *fields.get("A"));
    EXPECT_EQ(fields.get_all("B"), values(20, *fields.get("A")));
    fields.set("B", *fields.get("A"));
    EXPECT_EQ(fields.get_all("B"), values(1, *fields.get("A")));
    fields.set(fields[0].name, "new");
    EXPECT_EQ(fields.get("A"), "new");
    fields.remove(fields[0].name);
    EXPECT_EQ(fields.size(), 1u);
}

TEST(Headers, FindTokensInLists) {
    const headers fields{{"Connection", "keep-alive , Upgrade,,"}, {"connection", "TE"}};
    for (const char* there : {"keep-alive", "upgrade", "te"})
        EXPECT_TRUE(fields.has_token("Connection", there)) << there;
    for (const char* missing : {"keep", "keep-alive , Upgrade", "close"})
        EXPECT_FALSE(fields.has_token("Connection", missing)) << missing;
    EXPECT_FALSE(fields.has_token("Upgrade", "TE"));
}

TEST(Headers, CompareWithoutTheCaseOfNames) {
    EXPECT_EQ((headers{{"A", "b"}}), (headers{{"a", "b"}}));
    EXPECT_NE((headers{{"A", "b"}}), (headers{{"A", "B"}}));
    EXPECT_NE((headers{{"A", "b"}}), (headers{{"A", "b"}, {"C", "d"}}));
}

TEST(Headers, AreEmptyOnceMovedAway) {
    headers from{{"A", "b"}};
    const headers to = std::move(from);
    EXPECT_EQ(to.get("A"), "b");
    from.clear();   // gives a moved-from object a state again
    from.add("C", "d");
    EXPECT_EQ(from.wire(), "C: d\r\n");
}

}  // namespace
}  // namespace troika::http
