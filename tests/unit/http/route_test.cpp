// SPDX-License-Identifier: MIT
#include "http/route.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace troika::http {
namespace {

std::string key_of(std::string_view where, std::string_view via = {}) {
    std::string key = "what was there before";
    std::optional<proxy> through;
    if (!via.empty()) through = proxy::parse(via);
    write_route_key(key, url::parse(where), through);
    return key;
}

TEST(Route, HasOneKeyForOneOrigin) {
    EXPECT_EQ(key_of("http://a/b?c#d"), key_of("HTTP://A:80"));
    EXPECT_EQ(key_of("https://me:pw@a/"), key_of("https://a:443/"));
    EXPECT_EQ(key_of("http://a/", "http://p:80"), key_of("http://a/", "P"));
}

TEST(Route, HasAnotherKeyForWhateverIsAnotherWay) {
    const std::set<std::string> keys{
        key_of("http://a/"),
        key_of("https://a/"),
        key_of("http://a:443/"),
        key_of("http://b/"),
        key_of("http://[::1]/"),
        key_of("http://[::1]:1/"),
        key_of("http://a/", "http://p"),
        key_of("http://a/", "https://p:80"),
        key_of("http://a/", "http://q"),
        key_of("http://a/", "http://p:81"),
        key_of("http://a/", "http://me@p"),
        key_of("http://a/", "http://me:pw@p"),
        key_of("http://a/", "http://me%70:w@p"),
        key_of("https://a/", "http://p"),
    };
    EXPECT_EQ(keys.size(), 14u);
}

TEST(Route, ShowsNoLogInInItsFirstLine) {
    const std::string key = key_of("http://a/", "http://me:secret@p:3128");
    EXPECT_EQ(key.substr(0, key.find('\n')), "http://a:80 via http://p:3128");
}

TEST(Route, GoesToTheHostOrThroughAProxy) {
    const route plain = route_to(url::parse("http://[::1]:81/x"), std::nullopt);
    EXPECT_EQ(plain.host, "::1");
    EXPECT_EQ(plain.port, 81);
    EXPECT_FALSE(plain.secure);
    EXPECT_FALSE(plain.is_forwarded());
    EXPECT_TRUE(route_to(url::parse("http://a/"), proxy::parse("p")).is_forwarded());
    const route tunnel = route_to(url::parse("https://a/"), proxy::parse("p"));
    EXPECT_TRUE(tunnel.secure);
    EXPECT_FALSE(tunnel.is_forwarded());
    EXPECT_EQ(tunnel.port, 443);
}

}  // namespace
}  // namespace troika::http
