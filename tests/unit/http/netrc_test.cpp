// SPDX-License-Identifier: MIT
#include <troika/http/netrc.hpp>

#include <troika/http/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace troika::http {
namespace {

using testing::HasSubstr;
using testing::Not;

/// What the first entry for `host` says, as "user:password"; "none" where there is none.
std::string found(std::string_view text, std::string_view host) {
    const netrc file = netrc::parse(text);
    const auto who = file.lookup(host);
    return who ? std::string(who->user).append(":").append(who->password) : "none";
}

std::string error_of(std::string_view text) {
    try {
        (void)netrc::parse(text);
        return {};
    } catch (const http_error& error) {
        EXPECT_EQ(error.code(), errc::invalid_netrc);
        return error.what();
    }
}

TEST(Netrc, FindsTheEntryOfAHost) {
    constexpr std::string_view text =
        "machine example.org\n  login me\n  password secret\n"
        "machine b.example.org login you account staff password p2\n"
        "default login anonymous password guest@";
    EXPECT_EQ(found(text, "example.org"), "me:secret");
    EXPECT_EQ(found(text, "EXAMPLE.org"), "me:secret");
    EXPECT_EQ(found(text, "b.example.org"), "you:p2");
    EXPECT_EQ(found(text, "a.example.org"), "anonymous:guest@");
    EXPECT_EQ(found("machine example.org login me password p", "xexample.org"), "none");
    EXPECT_EQ(found("machine example.org login me password p", "example.org."), "none");
    EXPECT_EQ(found("", "example.org"), "none");
}

TEST(Netrc, PrefersANamedHostToTheDefaultWhereverThatStands) {
    constexpr std::string_view text = "default login d password dp machine h login m password mp";
    EXPECT_EQ(found(text, "h"), "m:mp");
    EXPECT_EQ(found(text, "other"), "d:dp");
}

TEST(Netrc, TellsANamedHostFromTheDefault) {
    const netrc file = netrc::parse("machine h login m password mp default login d password dp");
    EXPECT_EQ(file.lookup_named("H").value().user, "m");
    EXPECT_FALSE(file.lookup_named("other"));
    EXPECT_TRUE(file.lookup("other"));
}

TEST(Netrc, TakesTheFirstOfSeveralAndWhatIsMissingAsEmpty) {
    EXPECT_EQ(found("machine h login a password 1 machine h login b password 2", "h"), "a:1");
    EXPECT_EQ(found("machine h login a machine h password 2", "h"), "a:");
    EXPECT_EQ(found("machine h password 2", "h"), ":2");
    EXPECT_EQ(found("machine h", "h"), ":");
}

TEST(Netrc, FindsThePasswordOfOneUser) {
    const netrc file = netrc::parse(
        "machine h login a password 1\nmachine h login b password 2\n"
        "machine g password 3\ndefault login c password 4\n");
    const auto password = [&](std::string_view host, std::string_view login) {
        const auto who = file.lookup(host, login);
        EXPECT_TRUE(!who || who->user == login);
        return who ? std::string(who->password) : "none";
    };
    EXPECT_EQ(password("h", "a"), "1");
    EXPECT_EQ(password("h", "b"), "2");
    EXPECT_EQ(password("h", "B"), "none");
    EXPECT_EQ(password("h", "c"), "4");
    EXPECT_EQ(password("g", "anyone"), "3");
    EXPECT_EQ(password("f", "anyone"), "none");
}

TEST(Netrc, ReadsQuotes) {
    const std::vector<std::pair<const char*, const char*>> table = {
        {R"("a b")", "a b"},     {R"("")", ""},        {R"("#a")", "#a"}, {R"("\"\\")", R"("\)"},
        {R"("\n\r\t")", "\n\r\t"}, {R"("\x")", "x"},   {R"(a"b)", R"(a"b)"},
        {R"(a\n)", R"(a\n)"},    {"a#b", "a#b"},       {"\"\xc3\xa9\"", "\xc3\xa9"},
    };
    for (const auto& [written, meant] : table)
        EXPECT_EQ(found(std::string("machine h login me password ") + written, "h"),
                  std::string("me:") + meant)
            << written;
    // A quoted value is a value even if it reads like a word of the language.
    EXPECT_EQ(found(R"(machine h login "machine" password "login")", "h"), "machine:login");
}

TEST(Netrc, SkipsCommentsAndMacros) {
    EXPECT_EQ(found("# machine h login no password no\r\n"
                    "machine h # mine\r\n  login me#1\r\n  #password x\r\n  password p\r\n",
                    "h"),
              "me#1:p");
    EXPECT_EQ(found("macdef init\nmachine h login no\n# not\n\nmachine h login me password p\n",
                    "h"),
              "me:p");
    EXPECT_EQ(found("macdef init\r\nmachine h login no\r\n\r\nmachine h login me\r\n", "h"), "me:");
    EXPECT_EQ(found("machine h login me\nmacdef last\nmachine g login no", "h"), "me:");
    EXPECT_EQ(found("machine h login me\nmacdef last\nmachine g login no", "g"), "none");
    EXPECT_EQ(found("machine h login me\nmacdef last", "h"), "me:");
}

TEST(Netrc, RefusesWhatCannotBeReadAndNamesTheLine) {
    const std::vector<std::pair<const char*, const char*>> table = {
        {"login me", "line 1: `login` comes before"},
        {"machine h\npassword", "line 2: the value of `password` is missing"},
        {"machine", "line 1: the value of `machine`"},
        {"macdef", "line 1: the value of `macdef`"},
        {"machine h login me password my s3cret", "line 1: a word other than"},
        {"\n\nmachine h port 1", "line 3: a word other than"},
        {"machine h\npassword \"s3cret", "line 2: a quote is not closed"},
        {"machine h\npassword \"s3cret\n\"", "line 2: a quote is not closed"},
        {"machine h password \"s3cret\\", "a quote is not closed"},
        {"machine h password \"a\"s3cret", "a space is missing"},
        {"machine h password #s3cret", "put quotes around a value that begins with #"},
        {"machine h password s3\x01"
         "cret",
         "a control character"},
        {"macdef a\nb\n\nmachine h s3cret", "line 4: a word other than"},
    };
    for (const auto& [text, message] : table) {
        const std::string error = error_of(text);
        EXPECT_THAT(error, HasSubstr(message)) << text;
        EXPECT_THAT(error, Not(HasSubstr("cret"))) << text;
    }
}

TEST(Netrc, HasALimit) {
    EXPECT_EQ(error_of(std::string(netrc::bytes_max, '\n')), "");
    EXPECT_THAT(error_of(std::string(netrc::bytes_max + 1, '\n')), HasSubstr("larger than"));
}

}  // namespace
}  // namespace troika::http
