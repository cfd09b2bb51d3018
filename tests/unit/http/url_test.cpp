// SPDX-License-Identifier: MIT
#include <troika/http/url.hpp>

#include <troika/http/error.hpp>

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace troika::http {
namespace {

std::string normal(std::string_view text) { return url::parse(text).normalized().text(); }
std::string lenient(std::string_view text) { return url::parse(text, url_mode::lenient).text(); }

/// Where parsing fails, in bytes; -1 where it does not.
int fails_at(std::string_view text, url_mode mode = url_mode::strict) {
    try {
        (void)url::parse(text, mode);
        return -1;
    } catch (const url_error& error) {
        return static_cast<int>(error.position());
    }
}

std::string message_of(std::string_view text, url_mode mode = url_mode::strict) {
    try {
        (void)url::parse(text, mode);
        return {};
    } catch (const url_error& error) {
        return error.what();
    }
}

TEST(Url, FindsItsParts) {
    const url it = url::parse("HTTP://me:pw@Example.org:8080/a/b%20c?q=1&r#top");
    EXPECT_EQ(it.scheme(), "HTTP");
    EXPECT_EQ(it.userinfo(), "me:pw");
    EXPECT_EQ(it.host(), "Example.org");
    EXPECT_EQ(it.kind_of_host(), url::host_kind::name);
    EXPECT_EQ(it.port(), 8080);
    EXPECT_EQ(it.path(), "/a/b%20c");
    EXPECT_EQ(it.query(), "q=1&r");
    EXPECT_EQ(it.fragment(), "top");
    EXPECT_TRUE(it.is_http());
    EXPECT_FALSE(it.is_https());
    EXPECT_EQ(it.text(), "HTTP://me:pw@Example.org:8080/a/b%20c?q=1&r#top");
}

TEST(Url, TellsEmptyPartsFromMissingOnes) {
    const url bare = url::parse("http://x");
    EXPECT_EQ(bare.path(), "");
    EXPECT_FALSE(bare.userinfo() || bare.port() || bare.query() || bare.fragment());
    const url empty = url::parse("http://@x:?#");
    EXPECT_EQ(empty.userinfo(), "");
    EXPECT_FALSE(empty.port());
    EXPECT_EQ(empty.query(), "");
    // An empty fragment leaves nothing but its #.
    EXPECT_EQ(empty.fragment(), "");
}

TEST(Url, ReadsTheExamplesOfTheStandard) {   // RFC 3986, 1.1.2
    for (const char* text :
         {"ftp://ftp.is.co.za/rfc/rfc1808.txt", "http://www.ietf.org/rfc/rfc2396.txt",
          "ldap://[2001:db8::7]/c=GB?objectClass?one", "mailto:John.Doe@example.com",
          "news:comp.infosystems.www.servers.unix", "tel:+1-816-555-1212",
          "telnet://192.0.2.16:80/", "urn:oasis:names:specification:docbook:dtd:xml:4.1.2"})
        EXPECT_EQ(url::parse(text).text(), text);
    const url mail = url::parse("mailto:John.Doe@example.com");
    EXPECT_FALSE(mail.has_authority());
    EXPECT_EQ(mail.kind_of_host(), url::host_kind::none);
    EXPECT_EQ(mail.path(), "John.Doe@example.com");
    EXPECT_EQ(url::parse("file:///etc/hosts").host(), "");
}

TEST(Url, KnowsKindsOfHosts) {
    const auto kind = [](std::string_view text) { return url::parse(text).kind_of_host(); };
    EXPECT_EQ(kind("http://192.0.2.1/"), url::host_kind::ipv4);
    EXPECT_EQ(kind("http://192.0.2.256/"), url::host_kind::name);
    EXPECT_EQ(kind("http://192.0.2.01/"), url::host_kind::name);
    EXPECT_EQ(kind("http://1.2.3/"), url::host_kind::name);
    EXPECT_EQ(kind("http://[::1]/"), url::host_kind::ipv6);
    EXPECT_EQ(url::parse("http://[2001:DB8::1]:8/").host(), "2001:DB8::1");
    for (const char* good :
         {"::", "::1", "1::", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8",
          "::ffff:192.0.2.1", "1:2:3:4:5:6:192.0.2.1", "fe80::1:2"})
        EXPECT_EQ(fails_at("http://[" + std::string(good) + "]/"), -1) << good;
    for (const char* bad : {"", ":", ":::", "1", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3",
                            "12345::", "g::", "1:2:3:4:5:6:7:8::", "::192.0.2", "::192.0.2.256",
                            "192.0.2.1::", "1:2:3:4:5:6:7:192.0.2.1", "v1.x", "::1]", ":1", "1:"})
        EXPECT_NE(fails_at("http://[" + std::string(bad) + "]/"), -1) << bad;
}

TEST(Url, SaysWhereItIsWrongAndWhatToWrite) {
    const std::vector<std::pair<std::string, int>> table = {
        {"", 0},
        {"example.org/file", 0},
        {"//example.org/file", 0},
        {"1http://x/", 0},
        {"ht_tp://x/", 0},
        {"://x/", 0},
        {"http:/x", 5},
        {"http:x", 5},
        {"http://", 7},
        {"http:///x", 7},
        {"http://:80/", 7},
        {"http://a b/", 8},
        {"http://a\\b/", 8},
        {"http://x\\@y/", 8},
        {"http://a@b@c/", 8},
        {"http://a%41/", 8},
        {"http://a%/", 8},
        {"http://b\xc3\xbc""cher/", 8},
        {"http://x:65536/", 9},
        {"http://x:-1/", 9},
        {"http://x:80a/", 9},
        {"http://x:80:81/", 9},
        {"http://[::1/", 7},
        {"http://[::1]x/", 12},
        {"http://[fe80::1%25eth0]/", 15},
        {"http://[fe80::1%eth0]/", 15},
        {"http://x/a b", 10},
        {"http://x/a%2", 10},
        {"http://x/a%zz", 10},
        {"http://x/a[1]", 10},
        {"http://x/a\"b", 10},
        {"http://x/?a|b", 11},
        {"http://x/#a#b", 11},
        {"http://x/\xc3\xbc", 9},
        {" http://x/", 0},
        {"http://x/ ", 9},
        {"http://x/a\tb", 10},
        {"http://x/\r\nHost: y", 9},
        {std::string("http://x/a\0b", 12), 10},
        {"http://x/\x7f", 9},
    };
    for (const auto& [text, position] : table) EXPECT_EQ(fails_at(text), position) << text;
    EXPECT_EQ(message_of("http://x/a b"),
              "the URL \"http://x/a b\", at byte 10: a space cannot stand in the path of a URL; "
              "write %20");
    EXPECT_NE(message_of("example.org").find("begin with http://"), std::string::npos);
    EXPECT_NE(message_of("http://b\xc3\xbc""cher/").find("xn--"), std::string::npos);
    for (const std::string text : {"http://me:secret@h:x/", "htp//me:secret@h", "me:secret@h/x y"})
        EXPECT_EQ(message_of(text).find("secret"), std::string::npos) << text;
    // A message goes to a terminal, which must not obey it.
    EXPECT_EQ(message_of("http://x/\x1b[2J").find('\x1b'), std::string::npos);
}

TEST(Url, LimitsItsLength) {
    const std::string start = "http://x/";
    EXPECT_EQ(fails_at(start + std::string(url::bytes_max - start.size(), 'a')), -1);
    EXPECT_NE(fails_at(start + std::string(url::bytes_max - start.size() + 1, 'a')), -1);
    // Encoding makes it three times as long.
    EXPECT_NE(fails_at(start + std::string(30'000, ' ') + "a", url_mode::lenient), -1);
    EXPECT_EQ(fails_at("http://" + std::string(255, 'a') + "/"), -1);
    EXPECT_NE(fails_at("http://" + std::string(256, 'a') + "/"), -1);
}

TEST(Url, EncodesWhatPeoplePasteWhenAsked) {
    EXPECT_EQ(lenient("  http://x/a b\r\n"), "http://x/a%20b");
    EXPECT_EQ(lenient("http://x/\xc3\xbc?\xc3\xbc#\xc3\xbc"), "http://x/%C3%BC?%C3%BC#%C3%BC");
    EXPECT_EQ(lenient("http://x/100%/%41/%zz"), "http://x/100%25/%41/%25zz");
    EXPECT_EQ(lenient("http://x/a\"<>\\^`{|}[]"), "http://x/a%22%3C%3E%5C%5E%60%7B%7C%7D%5B%5D");
    EXPECT_EQ(lenient("http://x/?a#b#c"), "http://x/?a#b%23c");
    EXPECT_EQ(lenient("http://x/a%20b"), "http://x/a%20b");
    // Never what could change the host, and never control characters.
    for (const char* bad : {"http://a b/", "http://x\\@y/", "http://x/a\nb", "http://x/a\x01",
                            "http://b\xc3\xbc""cher/", "http:\\\\x/", "x/y", " "})
        EXPECT_NE(fails_at(bad, url_mode::lenient), -1) << bad;
    EXPECT_EQ(fails_at("  http://a b/", url_mode::lenient), 10);
}

TEST(Url, ResolvesTheExamplesOfTheStandard) {   // RFC 3986, 5.4
    const url base = url::parse("http://a/b/c/d;p?q");
    const std::vector<std::pair<const char*, const char*>> table = {
        // 5.4.1, normal
        {"g:h", "g:h"},
        {"g", "http://a/b/c/g"},
        {"./g", "http://a/b/c/g"},
        {"g/", "http://a/b/c/g/"},
        {"/g", "http://a/g"},
        {"//g", "http://g"},
        {"?y", "http://a/b/c/d;p?y"},
        {"g?y", "http://a/b/c/g?y"},
        {"#s", "http://a/b/c/d;p?q#s"},
        {"g#s", "http://a/b/c/g#s"},
        {"g?y#s", "http://a/b/c/g?y#s"},
        {";x", "http://a/b/c/;x"},
        {"g;x", "http://a/b/c/g;x"},
        {"g;x?y#s", "http://a/b/c/g;x?y#s"},
        {"", "http://a/b/c/d;p?q"},
        {".", "http://a/b/c/"},
        {"./", "http://a/b/c/"},
        {"..", "http://a/b/"},
        {"../", "http://a/b/"},
        {"../g", "http://a/b/g"},
        {"../..", "http://a/"},
        {"../../", "http://a/"},
        {"../../g", "http://a/g"},
        // 5.4.2, abnormal
        {"../../../g", "http://a/g"},
        {"../../../../g", "http://a/g"},
        {"/./g", "http://a/g"},
        {"/../g", "http://a/g"},
        {"g.", "http://a/b/c/g."},
        {".g", "http://a/b/c/.g"},
        {"g..", "http://a/b/c/g.."},
        {"..g", "http://a/b/c/..g"},
        {"./../g", "http://a/b/g"},
        {"./g/.", "http://a/b/c/g/"},
        {"g/./h", "http://a/b/c/g/h"},
        {"g/../h", "http://a/b/c/h"},
        {"g;x=1/./y", "http://a/b/c/g;x=1/y"},
        {"g;x=1/../y", "http://a/b/c/y"},
        {"g?y/./x", "http://a/b/c/g?y/./x"},
        {"g?y/../x", "http://a/b/c/g?y/../x"},
        {"g#s/./x", "http://a/b/c/g#s/./x"},
        {"g#s/../x", "http://a/b/c/g#s/../x"},
    };
    for (const auto& [reference, target] : table)
        EXPECT_EQ(base.resolve(reference).text(), target) << reference;
    EXPECT_THROW((void)base.resolve("http:g"),
                 url_error);   // strict: the scheme begins a whole URL
}

TEST(Url, ResolvesWhatServersSend) {
    const url base = url::parse("http://h");
    EXPECT_EQ(base.resolve("a").text(), "http://h/a");
    EXPECT_EQ(base.resolve("https://other/x").text(), "https://other/x");
    EXPECT_EQ(base.resolve("/a b?c d#\xc3\xa9", url_mode::lenient).text(),
              "http://h/a%20b?c%20d#%C3%A9");
    EXPECT_THROW((void)base.resolve("/a b"), url_error);
    EXPECT_THROW((void)base.resolve("/a\r\nb", url_mode::lenient), url_error);
    EXPECT_THROW((void)base.resolve("//a b/", url_mode::lenient), url_error);
    EXPECT_THROW((void)base.resolve("//a%41/"), url_error);
    // Two slashes at the front of a path without an authority would be taken for one.
    EXPECT_EQ(url::parse("a:/b").resolve("/.//c").text(), "a:/.//c");
    EXPECT_EQ(url::parse("urn:a").resolve("#x").text(), "urn:a#x");
}

TEST(Url, NormalizesSpelling) {
    EXPECT_EQ(normal("HTTP://EXAMPLE.org"), "http://example.org/");
    EXPECT_EQ(normal("http://x:80/"), "http://x/");
    EXPECT_EQ(normal("http://x:/"), "http://x/");
    EXPECT_EQ(normal("http://x:0080/"), "http://x/");
    EXPECT_EQ(normal("https://x:443/"), "https://x/");
    EXPECT_EQ(normal("https://x:80/"), "https://x:80/");
    EXPECT_EQ(normal("http://x/%7Euser/%2f%c3%bc"), "http://x/~user/%2F%C3%BC");
    EXPECT_EQ(normal("http://x/a/./b/../c"), "http://x/a/c");
    EXPECT_EQ(normal("http://x/a/%2E%2e/b"), "http://x/b");
    EXPECT_EQ(normal("http://[2001:0DB8:0:0:0:0:0:1]/"), "http://[2001:db8::1]/");
    EXPECT_EQ(normal("http://[1:0:0:2:0:0:0:3]/"), "http://[1:0:0:2::3]/");
    EXPECT_EQ(normal("http://[0:0:0:0:0:0:0:0]/"), "http://[::]/");
    EXPECT_EQ(normal("http://[::ffff:192.0.2.1]/"), "http://[::ffff:c000:201]/");
    EXPECT_EQ(normal("http://Me@x/?%41#%42"), "http://Me@x/?A#B");
    EXPECT_EQ(normal("x://%41%C3/"), "x://a%C3/");
    for (const char* text : {"HTTP://X:80/%7e/../a?b#c", "x://%41%c3/./", "a:/.//b"})
        EXPECT_EQ(normal(normal(text)), normal(text)) << text;
}

TEST(Url, GivesARequestWhatItNeeds) {
    EXPECT_EQ(url::parse("http://x").target(), "/");
    EXPECT_EQ(url::parse("http://x?a").target(), "/?a");
    EXPECT_EQ(url::parse("http://x/a?b#c").target(), "/a?b");
    EXPECT_EQ(url::parse("http://x:80/").host_and_port(), "x");
    EXPECT_EQ(url::parse("http://me@x:81/").host_and_port(), "x:81");
    EXPECT_EQ(url::parse("http://[::1]:81/").host_and_port(), "[::1]:81");
    EXPECT_EQ(url::parse("http://x/").effective_port(), 80);
    EXPECT_EQ(url::parse("https://x/").effective_port(), 443);
    EXPECT_EQ(url::parse("https://x:8443/").effective_port(), 8443);
    EXPECT_EQ(url::parse("gopher://x/").effective_port(), 0);
}

TEST(Url, NamesItsOrigin) {
    const auto origin_of = [](std::string_view text) { return url::parse(text).origin(); };
    EXPECT_EQ(origin_of("HTTP://me@X:80/a"), origin_of("http://x/b"));
    EXPECT_NE(origin_of("http://x/"), origin_of("https://x/"));
    EXPECT_NE(origin_of("http://x/"), origin_of("http://x:81/"));
    EXPECT_NE(origin_of("http://x/"), origin_of("http://y/"));
    EXPECT_EQ(origin_of("http://[0::1]/"), origin_of("http://[::1]/"));
    EXPECT_EQ(origin_of("http://X:80/a").to_string(), "http://x");
    EXPECT_EQ(origin_of("http://[::1]:81/a").to_string(), "http://[::1]:81");
}

TEST(Url, LosesItsCredentials) {
    EXPECT_EQ(url::parse("http://me:pw@x/a?b#c").without_credentials().text(), "http://x/a?b");
    EXPECT_EQ(url::parse("http://x/a").without_credentials().text(), "http://x/a");
    EXPECT_EQ(url::parse("urn:a@b").without_credentials().text(), "urn:a@b");
}

TEST(Url, ShowsNoLoginInItsErrors) {
    for (const std::string_view text : {"http://u:secret@[::1/x", "http://u:secret@h:99999/",
                                        "http://u:p@secret@h o/", "//u:secret@[::1"}) {
        const std::string said = message_of(text, url_mode::lenient);
        EXPECT_NE(said, "") << text;
        EXPECT_EQ(said.find("secret"), said.npos) << said;
    }
}

TEST(Url, CopiesAndIsSmall) {
    static_assert(sizeof(url) <= 48);
    const url first = url::parse("http://a-host-with-a-longer-name.example.org/path");
    url second = first;
    EXPECT_EQ(second, first);
    EXPECT_EQ(second.host(), "a-host-with-a-longer-name.example.org");
    second = url::parse("http://y/");
    EXPECT_NE(second, first);
}

}  // namespace
}  // namespace troika::http
