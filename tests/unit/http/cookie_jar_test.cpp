// SPDX-License-Identifier: MIT
#include <troika/http/cookie_jar.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace troika::http {
namespace {

using namespace std::chrono;

constexpr sys_seconds now = sys_days{2026y / November / 21};

/// A jar, asked with texts.
struct jar {
    cookie_jar cookies;
    sys_seconds time = now;

    explicit jar(public_suffixes list = public_suffixes::installed) : cookies(list) {}

    bool set(std::string_view from, std::string_view header) {
        return cookies.set_from(url::parse(from), header, time);
    }
    std::string get(std::string_view to) { return cookies.header_for(url::parse(to), time); }
};

TEST(CookieJar, SendsBackWhatWasSet) {
    jar it;
    EXPECT_TRUE(it.set("http://example.org/a/b", "SID=31d4d96e407aad42"));
    EXPECT_TRUE(it.set("http://example.org/a/b", " lang = en US ; Max-Age=60; SameSite=Strict"));
    EXPECT_EQ(it.get("http://example.org/a/"), "SID=31d4d96e407aad42; lang=en US");
    EXPECT_EQ(it.get("http://EXAMPLE.org:8080/a/c/d?q"), "SID=31d4d96e407aad42; lang=en US");
    EXPECT_EQ(it.get("http://example.org/"), "");
    EXPECT_EQ(it.get("http://www.example.org/a/"), "");
    EXPECT_EQ(it.get("http://example.com/a/"), "");
    EXPECT_EQ(it.get("ftp://example.org/a/"), "");
    EXPECT_TRUE(it.set("http://example.org/a/x", "SID=new"));
    EXPECT_EQ(it.get("http://example.org/a/"), "SID=new; lang=en US");
    EXPECT_EQ(it.cookies.size(), 2u);
}

TEST(CookieJar, ReadsNamesAndValuesAsBrowsersDo) {
    const std::vector<std::pair<const char*, const char*>> table = {
        {"a=", "a="},          {"a", "a"},          {"=a", "a"},       {"a=b=c", "a=b=c"},
        {"a=\"b c\"", "a=\"b c\""}, {"a=b,c", "a=b,c"}, {"a=\xc3\xa9", "a=\xc3\xa9"},
        {"a=b;", "a=b"},       {"a=b;;;x;=y", "a=b"}, {"\ta\t=\tb\t;\tPath\t=\t/x", ""},
    };
    for (const auto& [header, sent] : table) {
        jar it;
        EXPECT_TRUE(it.set("http://example.org/", header)) << header;
        EXPECT_EQ(it.get("http://example.org/"), sent) << header;
    }
}

TEST(CookieJar, RefusesWhatNobodyShouldSend) {
    jar it;
    for (const char* bad : {"", "=", " ; Path=/", "a=b\x01", "a\x7f=b", "a=b; Path=/\n", "a=b\tc",
                            "a\tb=c", "=a=b", "__Secure-a", "=__host-a"})
        EXPECT_FALSE(it.set("https://example.org/", bad)) << bad;
    EXPECT_FALSE(it.set("https://example.org/", std::string("a=b\0", 4)));
    EXPECT_FALSE(it.set("ftp://example.org/", "a=b"));
    EXPECT_EQ(it.cookies.size(), 0u);
}

TEST(CookieJar, FollowsThePath) {
    jar it;
    it.set("http://h.example/x", "root=1");
    it.set("http://h.example/x", "a=1; Path=/a");
    it.set("http://h.example/x", "slash=1; Path=/a/");
    it.set("http://h.example/x", "deep=1; Path=/a/b/c");
    it.set("http://h.example/q/r/s", "bad=1; Path=relative");
    it.set("http://h.example", "none=1; Path=");
    EXPECT_EQ(it.get("http://h.example"), "root=1; none=1");
    EXPECT_EQ(it.get("http://h.example/a"), "a=1; root=1; none=1");
    EXPECT_EQ(it.get("http://h.example/ab"), "root=1; none=1");
    EXPECT_EQ(it.get("http://h.example/a/b"), "slash=1; a=1; root=1; none=1");
    EXPECT_EQ(it.get("http://h.example/a/b/c?d"), "deep=1; slash=1; a=1; root=1; none=1");
    EXPECT_EQ(it.get("http://h.example/q/r"), "bad=1; root=1; none=1");
}

TEST(CookieJar, SendsCookiesOfADomainToAllOfItsHosts) {
    jar it;
    EXPECT_TRUE(it.set("http://www.example.org/", "a=1; Domain=example.org"));
    EXPECT_TRUE(it.set("http://www.example.org/", "b=1; Domain=.WWW.example.org"));
    EXPECT_EQ(it.get("http://example.org/"), "a=1");
    EXPECT_EQ(it.get("http://x.y.example.org/"), "a=1");
    EXPECT_EQ(it.get("http://www.example.org/"), "a=1; b=1");
    EXPECT_EQ(it.get("http://badexample.org/"), "");
    for (const char* bad : {"a=2; Domain=example.com", "a=2; Domain=x.www.example.org",
                            "a=2; Domain=ample.org", "a=2; Domain=example.org.",
                            "a=2; Domain=..example.org", "a=2; Domain=ex\xc3\xa4mple.org"})
        EXPECT_FALSE(it.set("http://www.example.org/", bad)) << bad;
    EXPECT_TRUE(it.set("http://www.example.org/", "c=1; Domain=")) << "as if it were not there";
    EXPECT_EQ(it.get("http://example.org/"), "a=1");
}

TEST(CookieJar, RefusesDomainsThatBelongToMany) {
    jar it;
    for (const auto& [from, domain] : std::vector<std::pair<const char*, const char*>>{
             {"http://www.example.org/", "org"},
             {"http://shop.co.uk/", "co.uk"},
             {"http://me.github.io/", "github.io"},
             {"http://www.example.org./", "org."},
             {"http://server.internal/", "internal"}})
        EXPECT_FALSE(it.set(from, std::string("a=1; Domain=") + domain)) << domain;
    EXPECT_EQ(it.cookies.size(), 0u);
    // A host that is such a domain itself may set cookies for itself.
    EXPECT_TRUE(it.set("http://github.io/", "a=1; Domain=github.io"));
    EXPECT_EQ(it.get("http://github.io/"), "a=1");
    EXPECT_EQ(it.get("http://me.github.io/"), "");
    EXPECT_TRUE(it.set("http://localhost/", "b=1; Domain=localhost"));
    EXPECT_EQ(it.get("http://localhost/"), "b=1");
}

TEST(CookieJar, KeepsToTheHostWhereThereIsNoList) {
    jar it(public_suffixes::none);
    EXPECT_TRUE(it.set("http://www.example.org/", "a=1; Domain=example.org"));
    EXPECT_EQ(it.get("http://www.example.org/"), "a=1");
    EXPECT_EQ(it.get("http://x.www.example.org/"), "");
    EXPECT_EQ(it.get("http://example.org/"), "");
    EXPECT_FALSE(it.set("http://www.example.org/", "a=1; Domain=example.com"));
    EXPECT_EQ(it.cookies.load(".example.org\tTRUE\t/\tFALSE\t0\tb\t1\n", now).loaded, 1u);
    EXPECT_EQ(it.get("http://example.org/"), "b=1");
    EXPECT_EQ(it.get("http://www.example.org/"), "a=1");
}

TEST(CookieJar, KeepsAddressesToThemselves) {
    jar it;
    EXPECT_TRUE(it.set("http://10.0.0.1/", "a=1"));
    EXPECT_TRUE(it.set("http://10.0.0.1/", "b=1; Domain=10.0.0.1"));
    EXPECT_FALSE(it.set("http://10.0.0.1/", "c=1; Domain=0.0.1"));
    EXPECT_FALSE(it.set("http://10.0.0.1/", "c=1; Domain=1"));
    EXPECT_TRUE(it.set("http://[2001:db8:0::1]/", "d=1"));
    EXPECT_EQ(it.get("http://10.0.0.1/"), "a=1; b=1");
    EXPECT_EQ(it.get("http://0.0.1/"), "");
    EXPECT_EQ(it.get("http://[2001:DB8::1]/"), "d=1");
}

TEST(CookieJar, KeepsSecureCookiesFromHttp) {
    jar it;
    EXPECT_FALSE(it.set("http://example.org/", "a=1; Secure"));
    EXPECT_TRUE(it.set("https://example.org/", "a=1; secure; HttpOnly"));
    EXPECT_EQ(it.get("http://example.org/"), "");
    EXPECT_EQ(it.get("https://example.org/"), "a=1");
    EXPECT_FALSE(it.set("http://example.org/", "a=2"));
    EXPECT_FALSE(it.set("http://www.example.org/", "a=2; Domain=example.org"));
    EXPECT_FALSE(it.set("http://example.org/", "a=; Max-Age=0"));
    EXPECT_TRUE(it.set("http://other.org/", "a=2"));
    EXPECT_TRUE(it.set("http://example.org/", "b=2"));
    EXPECT_EQ(it.get("https://example.org/"), "a=1; b=2");
    // A cookie for another path hides nothing.
    EXPECT_TRUE(it.set("https://example.org/", "c=1; Secure; Path=/login"));
    EXPECT_TRUE(it.set("http://example.org/", "c=2; Path=/"));
    EXPECT_FALSE(it.set("http://example.org/", "c=2; Path=/login/x"));
    EXPECT_TRUE(it.set("https://example.org/", "a=3")) << "https may change it";
    EXPECT_EQ(it.get("http://example.org/"), "a=3; b=2; c=2") << "or make it one for http";
}

TEST(CookieJar, HoldsNamesToTheirPromises) {
    jar it;
    EXPECT_FALSE(it.set("https://example.org/", "__Secure-a=1"));
    EXPECT_FALSE(it.set("http://example.org/", "__Secure-a=1; Secure"));
    EXPECT_TRUE(it.set("https://example.org/", "__Secure-a=1; Secure"));
    EXPECT_FALSE(it.set("https://example.org/", "__SECURE-a=1"));
    EXPECT_FALSE(it.set("https://example.org/", "__Host-a=1; Path=/"));
    EXPECT_FALSE(it.set("https://example.org/", "__Host-a=1; Secure"));
    EXPECT_FALSE(it.set("https://example.org/", "__Host-a=1; Secure; Path=/x"));
    EXPECT_FALSE(it.set("https://example.org/", "__host-a=1; Secure; Path=/; Domain=example.org"));
    EXPECT_TRUE(it.set("https://example.org/", "__Host-a=1; Secure; Path=/"));
    EXPECT_EQ(it.cookies.size(), 2u);
}

TEST(CookieJar, ForgetsInTime) {
    jar it;
    it.set("http://h.example/", "age=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:01 GMT");
    it.set("http://h.example/", "date=1; Expires=Sat, 21 Nov 2026 00:02:00 GMT");
    it.set("http://h.example/", "long=1; Max-Age=99999999999999999999");
    it.set("http://h.example/", "session=1; Expires=never; Max-Age=1x");
    it.set("http://h.example/", "never=1; Max-Age=0");
    it.set("http://h.example/", "past=1; Max-Age=-1");
    EXPECT_EQ(it.cookies.size(), 4u);
    EXPECT_EQ(it.get("http://h.example/"), "age=1; date=1; long=1; session=1");
    it.time = now + 60s;
    EXPECT_EQ(it.get("http://h.example/"), "date=1; long=1; session=1");
    it.time = now + 120s;
    EXPECT_EQ(it.get("http://h.example/"), "long=1; session=1");
    it.time = now + 24h * 400;
    EXPECT_EQ(it.get("http://h.example/"), "session=1");
    it.time = now;
    EXPECT_TRUE(it.set("http://h.example/", "long=; Expires=Thu, 01-Jan-70 00:00:01 GMT"));
    it.cookies.forget_session_cookies();
    EXPECT_EQ(it.get("http://h.example/"), "age=1; date=1");
}

TEST(CookieJar, ReadsDatesInEveryFormat) {
    for (const char* date : {"Sun, 06 Nov 2039 08:49:37 GMT", "Sunday, 06-Nov-39 08:49:37 GMT",
                             "Sun Nov  6 08:49:37 2039", "8:49:37 6 november 2039 +0100",
                             "2039 Nov 6 08:49:37", "06/NOVember/2039,08:49:37x"}) {
        jar it;
        it.time = sys_days{2039y / November / 6} + 8h + 49min + 36s;
        EXPECT_TRUE(it.set("http://h.example/", std::string("a=1; Expires=\"") + date + "\""));
        EXPECT_EQ(it.cookies.size(), 1u) << date;
        ++it.time;
        EXPECT_EQ(it.get("http://h.example/"), "") << date;
    }
    for (const char* bad : {"06 Nov 2039", "Nov 2039 08:49:37", "06 2039 08:49:37",
                            "06 Nov 08:49:37", "31 Nov 2039 08:49:37", "06 Nov 1600 08:49:37",
                            "06 Nov 2039 24:00:00", "06 Nov 2039 08:60:00", "06 Nov 20391 08:49:37",
                            "006 Nov 2039 08:49:37", "06 Nov 2039 08:49", ""}) {
        jar it;
        it.time = sys_days{2039y / November / 7};
        EXPECT_TRUE(it.set("http://h.example/", std::string("a=1; Expires=") + bad));
        EXPECT_EQ(it.get("http://h.example/"), "a=1") << bad << " makes it one of the session";
    }
}

TEST(CookieJar, HasLimits) {
    jar it;
    EXPECT_TRUE(it.set("http://h.example/", "a=" + std::string(4095, 'x')));
    EXPECT_FALSE(it.set("http://h.example/", "a=" + std::string(4096, 'x')));
    const std::string path = "/" + std::string(1023, 'p');
    EXPECT_TRUE(it.set("http://h.example/", "b=1; Path=" + path));
    EXPECT_TRUE(it.set("http://h.example/", "c=1; Path=" + path + "p")) << "as if it had none";
    EXPECT_TRUE(it.get("http://h.example/").ends_with("; c=1"));
    EXPECT_FALSE(it.set("http://h.example" + path + "pp/", "d=1"));
}

TEST(CookieJar, DropsTheLeastUsedOfADomain) {
    jar it;
    it.set("http://h.example/", "used=1; Path=/used");
    it.set("https://h.example/", "secure=1; Secure");
    for (int i = 0; i < 47; ++i)
        it.set("http://h.example/", "n" + std::to_string(i) + "=1; Path=/n" + std::to_string(i));
    it.set("http://h.example/", "over=1; Max-Age=5");
    EXPECT_EQ(it.cookies.size(), 50u);
    EXPECT_EQ(it.get("http://h.example/used"), "used=1; over=1");
    it.time += 10s;
    it.set("http://h.example/", "new=1; Path=/new");
    EXPECT_EQ(it.get("http://h.example/n0"), "n0=1") << "what was over went first";
    it.set("http://h.example/", "newer=1; Path=/newer");
    EXPECT_EQ(it.cookies.size(), 50u);
    EXPECT_EQ(it.get("http://h.example/n1"), "") << "n0 has just been used";
    EXPECT_EQ(it.get("http://h.example/used"), "used=1");
    EXPECT_EQ(it.get("https://h.example/"), "secure=1") << "http pushes nothing of https out";
}

TEST(CookieJar, DropsTheLeastUsedOfAll) {
    jar it;
    for (int i = 0; i < 3001; ++i) {
        if (i == 3000) {
            EXPECT_EQ(it.get("http://h0.example/"), "a=1");
        }
        it.set("http://h" + std::to_string(i) + ".example/", "a=1");
    }
    EXPECT_EQ(it.cookies.size(), cookie_jar::cookies_max);
    EXPECT_EQ(it.get("http://h0.example/"), "a=1");
    EXPECT_EQ(it.get("http://h1.example/"), "");
    EXPECT_EQ(it.get("http://h3000.example/"), "a=1");
}

TEST(CookieJar, SendsNoEndlessHeader) {
    jar it;
    for (int i = 0; i < 10; ++i)
        it.set("http://h.example/", std::to_string(i) + "=" + std::string(3000, 'x'));
    it.set("http://h.example/", "small=1");
    const std::string header = it.get("http://h.example/");
    EXPECT_EQ(header.size(), 2 * 3002u + 2 + 9);
    EXPECT_TRUE(header.starts_with("0=x") && header.ends_with("; small=1"));
}

TEST(CookieJar, SavesAndLoads) {
    jar it;
    it.set("https://www.example.org/a/", "a=1; Domain=example.org; Secure; HttpOnly; Max-Age=60");
    it.set("http://www.example.org/", "b=x y; Path=/b");
    it.set("http://[::1]/", "c=");
    it.set("http://www.example.org/", "gone=1; Max-Age=1");
    const std::string file = it.cookies.save(now + 5s);
    EXPECT_TRUE(file.starts_with("# Netscape HTTP Cookie File\n")) << file;
    const std::string until = std::to_string((now + 60s).time_since_epoch().count());
    EXPECT_TRUE(file.ends_with("\n\n#HttpOnly_.example.org\tTRUE\t/a\tTRUE\t" + until +
                               "\ta\t1\n"
                               "www.example.org\tFALSE\t/b\tFALSE\t0\tb\tx y\n"
                               "::1\tFALSE\t/\tFALSE\t0\tc\t\n"))
        << file;
    jar other;
    const auto result = other.cookies.load(file, now);
    EXPECT_EQ(result.loaded, 3u);
    EXPECT_EQ(result.skipped, 0u);
    EXPECT_EQ(other.cookies.save(now), file);
    EXPECT_EQ(other.get("https://x.example.org/a"), "a=1");
    EXPECT_EQ(other.get("http://www.example.org/b"), "b=x y");
    EXPECT_EQ(other.get("http://[0::1]/"), "c=");
    EXPECT_EQ(other.cookies.load(file, now + 60s).loaded, 2u) << "one is over";
}

TEST(CookieJar, SkipsLinesThatAreMalformed) {
    jar it;
    const auto result = it.cookies.load(
        "# comment\r\n\r\n \t\n#HttpOnly_broken\n"
        "example.org\tFALSE\t/\tFALSE\t0\tgood\t1\r\n"
        "EXAMPLE.org\tfalse\t/\tfalse\t0\tempty\n"
        ".example.org\tTRUE\t/\tFALSE\t0\tall\t1\n"
        "example.org FALSE / FALSE 0 spaces 1\n"
        "example.org\tFALSE\t/\tFALSE\t0\n"
        "example.org\tFALSE\t/\tFALSE\t0\ttoo\tmany\tfields\n"
        "example.org\tYES\t/\tFALSE\t0\tflag\t1\n"
        "example.org\tFALSE\t/\tYES\t0\tflag\t1\n"
        "example.org\tFALSE\trelative\tFALSE\t0\tpath\t1\n"
        "example.org\tFALSE\t/\tFALSE\tnow\ttime\t1\n"
        "example.org\tFALSE\t/\tFALSE\t0\tinjected\t1; b=2\n"
        "example.org\tFALSE\t/\tFALSE\t0\ta=b\t1\n"
        "example.org\tFALSE\t/\tFALSE\t0\t\t\n"
        "example.org\tFALSE\t/\tFALSE\t0\tcontrol\t\x01\n"
        "exam ple.org\tFALSE\t/\tFALSE\t0\tdomain\t1\n"
        "example.org.\tFALSE\t/\tFALSE\t0\tdomain\t1\n"
        "\tFALSE\t/\tFALSE\t0\tdomain\t1\n"
        ".co.uk\tTRUE\t/\tFALSE\t0\tsuffix\t1\n"
        "example.org\tFALSE\t/\tFALSE\t0\t__Secure-a\t1\n"
        "example.org\tFALSE\t/\tFALSE\t1\tover\t1\n"
        "example.org\tFALSE\t/\tFALSE\t99999999999\tlast\t1",
        now);
    EXPECT_EQ(result.loaded, 4u);
    EXPECT_EQ(result.skipped, 17u);
    EXPECT_EQ(it.get("http://example.org/"), "good=1; empty=; all=1; last=1");
    EXPECT_EQ(it.get("http://www.example.org/"), "all=1");
    EXPECT_THROW(it.cookies.load(std::string(cookie_jar::file_bytes_max + 1, '\n'), now),
                 std::runtime_error);
}

TEST(CookieJar, CanBeMoved) {
    jar it;
    it.set("http://h.example/", "a=1");
    cookie_jar moved = std::move(it.cookies);
    EXPECT_EQ(moved.header_for(url::parse("http://h.example/"), now), "a=1");
}

}  // namespace
}  // namespace troika::http
