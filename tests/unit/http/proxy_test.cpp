// SPDX-License-Identifier: MIT
#include <troika/http/proxy.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace troika::http {
namespace {

using testing::HasSubstr;
using testing::Not;

using environment = std::map<std::string, std::string, std::less<>>;

proxy_settings settings_of(const environment& variables) {
    return proxy_settings::from_environment(
        [&](std::string_view name) -> std::optional<std::string> {
            const auto found = variables.find(name);
            if (found == variables.end()) return std::nullopt;
            return found->second;
        });
}

/// The proxy for a URL, as text; "direct" where there is none.
std::string way(const proxy_settings& settings, std::string_view target) {
    const auto found = settings.proxy_for(url::parse(target));
    return found ? found->to_string() : "direct";
}

bool excepted(std::string_view list, std::string_view target) {
    return proxy_exceptions(list).contain(url::parse(target));
}

std::string error_of(std::string_view text) {
    try {
        (void)proxy::parse(text);
        return {};
    } catch (const http_error& error) {
        return error.what();
    }
}

TEST(Proxy, ReadsItsParts) {
    const proxy it = proxy::parse("HTTPS://u%40x:p%3a%2F@Proxy.Example.org:3128/");
    EXPECT_EQ(it, (proxy{"https", "proxy.example.org", 3128, "u@x", "p:/"}));
    EXPECT_EQ(it.to_string(), "https://proxy.example.org:3128");
    ASSERT_TRUE(it.credentials());
    EXPECT_EQ(it.credentials()->user, "u@x");
    EXPECT_EQ(it.credentials()->password, "p:/");
}

TEST(Proxy, FillsInWhatIsLeftOut) {
    EXPECT_EQ(proxy::parse("p:3128"), (proxy{"http", "p", 3128, "", ""}));
    EXPECT_EQ(proxy::parse("p"), (proxy{"http", "p", 80, "", ""}));
    EXPECT_EQ(proxy::parse("https://p"), (proxy{"https", "p", 443, "", ""}));
    EXPECT_EQ(proxy::parse("me@p:1"), (proxy{"http", "p", 1, "me", ""}));
    EXPECT_EQ(proxy::parse("me:@p:1"), (proxy{"http", "p", 1, "me", ""}));
    EXPECT_EQ(proxy::parse("http://[2001:DB8::0:1]:81"),
              (proxy{"http", "2001:db8::1", 81, "", ""}));
    EXPECT_EQ(proxy::parse("[::1]:81").to_string(), "http://[::1]:81");
    EXPECT_FALSE(proxy::parse("p").credentials());
}

TEST(Proxy, TakesPasswordsAsPeopleWriteThem) {
    EXPECT_EQ(proxy::parse("http://me:a@b/c#d?e:f@p:1").password, "a@b/c#d?e:f");
    EXPECT_EQ(proxy::parse("me:socks5://@p:1").password, "socks5://");
}

TEST(Proxy, RefusesWithoutShowingTheText) {
    const std::vector<std::pair<const char*, const char*>> table = {
        {"socks5://me:s3cret@p:1080", "SOCKS proxies are not supported"},
        {"SOCKS://p", "SOCKS proxies are not supported"},
        {"socks4a://p", "SOCKS proxies are not supported"},
        {"ftp://me:s3cret@p", "must be http or https"},
        {"://p", "must be http or https"},
        {"", "host"},
        {"http://", "host"},
        {"me:s3cret", "cannot be read"},
        {"http://me:s3cret", "cannot be read"},
        {"http://me:s3cret@", "host"},
        {"http://me:s3cret@:80", "host"},
        {"http://me:s3cret@p:0", "1 to 65535"},
        {"http://me:s3cret@p:65536", "cannot be read"},
        {"http://me:s3cret@p q", "cannot be read"},
        {"http://me:s3cret@p/path", "has no path"},
        {"http://me:s3cret@p?q", "has no path"},
        {"http://me:s3cret@p/#f", "has no path"},
        {"http://me:s3cret%@p", "write %25"},
        {"http://me:s3cret%0d%0a@p", "control character"},
        {"http://me:s3cret\n@p", "control character"},
        {"http://p:s3cret/word", "cannot be read"},
    };
    for (const auto& [text, message] : table) {
        const std::string error = error_of(text);
        EXPECT_THAT(error, HasSubstr("--proxy: "));
        EXPECT_THAT(error, HasSubstr(message)) << text;
        EXPECT_THAT(error, Not(HasSubstr("s3cret"))) << text;
    }
    EXPECT_THAT(error_of(std::string(proxy::bytes_max + 1, 'a')), HasSubstr("longer than"));
}

TEST(ProxyExceptions, FitNamesAndAllBelow) {
    for (const char* list : {"example.org", ".example.org", "*.example.org", "EXAMPLE.org.",
                             "x, example.org", "x example.org", " ,x,,example.org ,", "*"}) {
        EXPECT_TRUE(excepted(list, "http://example.org/")) << list;
        EXPECT_TRUE(excepted(list, "https://a.B.Example.org./")) << list;
    }
    for (const char* list :
         {"", "example.com", "a.example.org", "xample.org", "xexample.org", "e.org"})
        EXPECT_FALSE(excepted(list, "http://example.org/")) << list;
    EXPECT_FALSE(excepted("example.org", "http://badexample.org/"));
    EXPECT_FALSE(excepted("a.example.org", "http://example.org/"));
    EXPECT_TRUE(excepted("org", "http://example.org/"));
}

TEST(ProxyExceptions, FitPorts) {
    EXPECT_TRUE(excepted("example.org:8080", "http://example.org:8080/"));
    EXPECT_TRUE(excepted("example.org:443", "https://a.example.org/"));
    EXPECT_FALSE(excepted("example.org:8080", "http://example.org/"));
    EXPECT_TRUE(excepted("10.0.0.1:80", "http://10.0.0.1/"));
    EXPECT_FALSE(excepted("10.0.0.1:80", "http://10.0.0.1:81/"));
    EXPECT_TRUE(excepted("[::1]:81", "http://[0:0::1]:81/"));
    EXPECT_FALSE(excepted("[::1]:81", "http://[::1]/"));
}

TEST(ProxyExceptions, FitAddressesAndBlocks) {
    EXPECT_TRUE(excepted("10.0.0.1", "http://10.0.0.1/"));
    EXPECT_FALSE(excepted("10.0.0.1", "http://10.0.0.10/"));
    EXPECT_FALSE(excepted("0.0.1", "http://10.0.0.1/"));
    EXPECT_FALSE(excepted("10.0.0.1", "http://a.10.0.0.1.example/"));
    EXPECT_TRUE(excepted("::1", "http://[::1]/"));
    EXPECT_TRUE(excepted("[2001:db8::1]", "http://[2001:DB8:0::1]/"));
    EXPECT_TRUE(excepted("10.0.0.0/8", "http://10.255.1.2/"));
    EXPECT_FALSE(excepted("10.0.0.0/8", "http://11.0.0.0/"));
    EXPECT_TRUE(excepted("192.168.4.0/22", "http://192.168.7.255/"));
    EXPECT_FALSE(excepted("192.168.4.0/22", "http://192.168.8.0/"));
    EXPECT_TRUE(excepted("0.0.0.0/0", "http://1.2.3.4/"));
    EXPECT_FALSE(excepted("0.0.0.0/0", "http://[::1]/"));
    EXPECT_FALSE(excepted("0.0.0.0/0", "http://example.org/"));
    EXPECT_TRUE(excepted("10.0.0.1/32", "http://10.0.0.1/"));
    EXPECT_TRUE(excepted("2001:db8::/33", "http://[2001:db8:7fff::1]/"));
    EXPECT_FALSE(excepted("2001:db8::/33", "http://[2001:db8:8000::1]/"));
    EXPECT_TRUE(excepted("[2001:db8::]/32", "http://[2001:db8::1]/"));
    EXPECT_TRUE(excepted("::/0", "http://[::1]/"));
}

TEST(ProxyExceptions, RefuseWhatCannotBeMeant) {
    for (const char* bad : {"10.0.0.0/33", "::/129", "10.0.0.0/", "10.0/8", "example.org/8",
                            "example.org:", "example.org:0", "example.org:x", "[::1", "[::1]80",
                            "[x]", "[]", ".", ":80", "10.0.0.0/-1"})
        EXPECT_THROW(proxy_exceptions{bad}, http_error) << bad;
    EXPECT_THROW(proxy_exceptions(std::string(proxy_exceptions::bytes_max + 1, ',')), http_error);
}

TEST(ProxySettings, SendsAllThroughOneProxyButTheExceptions) {
    const proxy_settings settings(proxy::parse("p:1"), proxy_exceptions("example.org"));
    EXPECT_EQ(way(settings, "http://a/"), "http://p:1");
    EXPECT_EQ(way(settings, "https://a/"), "http://p:1");
    EXPECT_EQ(way(settings, "https://www.example.org/"), "direct");
    EXPECT_EQ(way(settings, "ftp://a/"), "direct");
    EXPECT_EQ(way(proxy_settings(), "http://a/"), "direct");
}

TEST(ProxySettings, ReadsTheEnvironment) {
    const auto settings = settings_of({{"http_proxy", "p1:1"},
                                       {"https_proxy", "p2:2"},
                                       {"HTTPS_PROXY", "p3:3"},
                                       {"all_proxy", "p4:4"},
                                       {"no_proxy", "localhost"}});
    EXPECT_EQ(way(settings, "http://a/"), "http://p1:1");
    EXPECT_EQ(way(settings, "https://a/"), "http://p2:2");
    EXPECT_EQ(way(settings, "http://localhost/"), "direct");
    EXPECT_EQ(way(settings_of({{"HTTPS_PROXY", "p3:3"}, {"all_proxy", "p4:4"}}), "https://a/"),
              "http://p3:3");
    EXPECT_EQ(way(settings_of({{"all_proxy", "p4:4"}, {"ALL_PROXY", "p5:5"}}), "https://a/"),
              "http://p4:4");
    EXPECT_EQ(way(settings_of({{"ALL_PROXY", "p5:5"}}), "http://a/"), "http://p5:5");
    EXPECT_EQ(way(settings_of({{"ALL_PROXY", "p5:5"}, {"NO_PROXY", "*"}}), "http://a/"), "direct");
    EXPECT_EQ(way(settings_of({{"all_proxy", "p:1"}, {"no_proxy", "a"}, {"NO_PROXY", "b"}}),
                  "http://b/"),
              "http://p:1");
    EXPECT_EQ(way(settings_of({}), "http://a/"), "direct");
}

TEST(ProxySettings, NeverReadsWhatARequestCanSet) {
    EXPECT_EQ(way(settings_of({{"HTTP_PROXY", "evil:1"}}), "http://a/"), "direct");
    EXPECT_EQ(way(settings_of({{"HTTP_PROXY", "evil:1"}, {"REQUEST_METHOD", "GET"}}), "http://a/"),
              "direct");
}

TEST(ProxySettings, TakesAnEmptyVariableAsNone) {
    EXPECT_EQ(way(settings_of({{"http_proxy", ""}, {"all_proxy", "p:1"}}), "http://a/"),
              "http://p:1");
    EXPECT_EQ(way(settings_of({{"http_proxy", " "}}), "http://a/"), "direct");
    EXPECT_EQ(way(settings_of({{"http_proxy", "p:1"}, {"no_proxy", ""}, {"NO_PROXY", "a"}}),
                  "http://a/"),
              "direct");
}

TEST(ProxySettings, ReportsABadProxyOnlyToWhomNeedsIt) {
    const auto settings = settings_of({{"http_proxy", "p:1"},
                                       {"ALL_PROXY", "socks5://me:s3cret@p:1"},
                                       {"no_proxy", "localhost"}});
    EXPECT_EQ(way(settings, "http://a/"), "http://p:1");
    EXPECT_EQ(way(settings, "https://localhost/"), "direct");
    try {
        (void)settings.proxy_for(url::parse("https://a/"));
        ADD_FAILURE() << "a SOCKS proxy was taken";
    } catch (const http_error& error) {
        EXPECT_EQ(error.code(), errc::unsupported_scheme);
        EXPECT_THAT(error.what(), HasSubstr("ALL_PROXY: SOCKS"));
        EXPECT_THAT(error.what(), Not(HasSubstr("s3cret")));
    }
    EXPECT_THROW(settings_of({{"no_proxy", "10.0.0.0/99"}}), http_error);
}

}  // namespace
}  // namespace troika::http
