// SPDX-License-Identifier: MIT
// What a client knows from before: cookies, hosts that want https, log-ins.
#include <troika/http/client.hpp>

#include <troika/http/cookie_jar.hpp>
#include <troika/http/hsts.hpp>
#include <troika/http/netrc.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "unit/http/scripted_proxy.hpp"

namespace troika::http::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

/// The value of a field in a head; "none" where it is not there.
std::string field_of(const std::string& head, const std::string& name) {
    const std::size_t at = head.find("\r\n" + name + ": ");
    if (at == std::string::npos) return "none";
    const std::size_t begin = at + name.size() + 4;
    return head.substr(begin, head.find("\r\n", begin) - begin);
}

/// An answer that says which value of `name` the request had.
std::string told(const std::string& head, const std::string& name, std::string_view fields = {}) {
    return ok(field_of(head, name), fields);
}

task<std::string> body_of(client& asking, std::string address, request_options options = {}) {
    const response answer = co_await asking.get(address, options);
    co_return answer.body();
}

task<std::vector<std::string>> bodies_of_all(client& asking, std::vector<std::string> urls) {
    std::vector<std::string> all;
    for (const std::string& each : urls) all.push_back(co_await body_of(asking, each));
    co_return all;
}
/// The bodies of several URLs, one after the other.
template <class... Urls>
[[clang::coro_wrapper]] task<std::vector<std::string>> bodies_of(client& asking, Urls... urls) {
    return bodies_of_all(asking, std::vector<std::string>{std::move(urls)...});
}

// ---- cookies

/// `/set` gives cookies; everything tells those that came.
std::string cookie_web(const std::string& url, const std::string& head) {
    const bool sets = url.ends_with("/set");
    return told(head, "Cookie",
                sets ? "Set-Cookie: all=1; Path=/\r\nset-cookie: deep=2; Path=/deep\r\n"
                       "Set-Cookie: safe=3; Path=/; Secure\r\n"
                     : "");
}

TEST(ClientState, SendsCookiesToWhomTheyBelong) {
    cookie_jar jar(public_suffixes::none);
    client_options options;
    options.cookies = &jar;
    run_web(&cookie_web, options, [](scripted_server&, client& asking) -> task<void> {
        const std::vector<std::string> plain =
            co_await bodies_of(asking, "http://a.example.org/set", "http://a.example.org/",
                               "http://a.example.org/deep/x", "http://b.example.org/");
        EXPECT_THAT(plain, ElementsAre("none", "all=1", "deep=2; all=1", "none"))
            << "a Secure cookie is not taken from http";
        const std::vector<std::string> secure =
            co_await bodies_of(asking, "https://www.example.org/set", "https://www.example.org/",
                               "http://www.example.org/");
        EXPECT_THAT(secure, ElementsAre("none", "all=1; safe=3", "all=1"));
    });
}

TEST(ClientState, AddsTheJarToTheCookiesOfTheRequest) {
    cookie_jar jar(public_suffixes::none);
    client_options options;
    options.cookies = &jar;
    run_web(&cookie_web, options, [](scripted_server&, client& asking) -> task<void> {
        const headers own{{"Cookie", "mine=0"}};
        const std::string none =
            co_await body_of(asking, "http://a.example.org/set", {.fields = &own});
        EXPECT_EQ(none, "mine=0");
        const std::string both =
            co_await body_of(asking, "http://a.example.org/", {.fields = &own});
        EXPECT_EQ(both, "mine=0; all=1");
    });
}

TEST(ClientState, TakesAndSendsCookiesOnTheWay) {
    cookie_jar jar(public_suffixes::none);
    client_options options;
    options.cookies = &jar;
    run_web(
        [](const std::string& url, const std::string& head) {
            if (url == "http://a.example.org/")
                return moved("http://b.example.org/", "Set-Cookie: a=1\r\n");
            if (url == "http://b.example.org/")
                return moved("http://a.example.org/end",
                             "Set-Cookie: b=" + field_of(head, "Cookie") + "\r\n");
            return told(head, "Cookie");
        },
        options,
        [](scripted_server&, client& asking) -> task<void> {
            const headers own{{"Cookie", "mine=0"}};
            const std::string end =
                co_await body_of(asking, "http://a.example.org/", {.fields = &own});
            EXPECT_EQ(end, "mine=0; a=1");
            const std::string other = co_await body_of(asking, "http://b.example.org/x");
            EXPECT_EQ(other, "b=none") << "that host saw neither the jar's nor the request's";
        });
}

// Many sites give a cookie, and send whoever came without it to where he was.
TEST(ClientState, SeesNoCircleWhereACookieMakesTheDifference) {
    cookie_jar jar(public_suffixes::none);
    client_options options;
    options.cookies = &jar;
    const web gate = [](const std::string& url, const std::string& head) {
        const bool known = field_of(head, "Cookie") == "seen=1";
        return known ? ok("in") : moved(url, "Set-Cookie: seen=1\r\n");
    };
    run_web(gate, options, [](scripted_server&, client& asking) -> task<void> {
        const std::string body = co_await body_of(asking, "http://a.example.org/");
        EXPECT_EQ(body, "in");
    });
    run_web(gate, client_options(), [](scripted_server& server, client& asking) -> task<void> {
        const auto error = co_await error_of<redirect_error>(asking.get("http://a.example.org/"));
        EXPECT_THAT(error->what(), HasSubstr("circle"));
        EXPECT_EQ(server.requests.size(), 1u);
    });
}

// ---- hosts that want https

/// Tells the URL; by https it asks to be spoken to in this way only.
std::string strict_web(const std::string& url, const std::string&) {
    return ok(url, "Strict-Transport-Security: max-age=1000\r\n");
}

TEST(ClientState, GoesToHttpsWhereAHostHasAskedForIt) {
    hsts_store hosts;
    client_options options;
    options.hsts = &hosts;
    run_web(&strict_web, options, [](scripted_server&, client& asking) -> task<void> {
        const std::vector<std::string> urls =
            co_await bodies_of(asking, "http://www.example.org/a", "https://www.example.org/b",
                               "http://www.example.org/c?d", "http://www.example.org:80/e",
                               "http://www.example.org:8080/f", "http://api.example.org/g");
        EXPECT_THAT(urls,
                    ElementsAre("http://www.example.org/a", "https://www.example.org/b",
                                "https://www.example.org/c?d", "https://www.example.org/e",
                                "https://www.example.org:8080/f", "http://api.example.org/g"));
        const response answer = co_await asking.get("http://www.example.org/#x");
        EXPECT_EQ(answer.url().text(), "https://www.example.org/#x");
    });
    EXPECT_EQ(hosts.size(), 1u);
}

TEST(ClientState, GoesToHttpsOnTheWay) {
    hsts_store hosts;
    client_options options;
    options.hsts = &hosts;
    run_web(
        [](const std::string& url, const std::string& head) {
            if (url.ends_with("/go"))
                return moved("http://www.example.org/end",
                             "Strict-Transport-Security: max-age=1000\r\n");
            return strict_web(url, head);
        },
        options,
        [](scripted_server&, client& asking) -> task<void> {
            // The answer that leads to http says itself that it is to be https.
            const std::string end = co_await body_of(asking, "https://www.example.org/go");
            EXPECT_EQ(end, "https://www.example.org/end");
        });
}

TEST(ClientState, SeesACircleBetweenHttpAndHttps) {
    hsts_store hosts;
    client_options options;
    options.hsts = &hosts;
    run_web(
        [](const std::string&, const std::string&) {
            return moved("http://www.example.org/", "Strict-Transport-Security: max-age=1000\r\n");
        },
        options,
        [](scripted_server& server, client& asking) -> task<void> {
            const auto error =
                co_await error_of<redirect_error>(asking.get("https://www.example.org/"));
            EXPECT_EQ(error->code(), errc::too_many_redirects);
            EXPECT_EQ(server.requests.size(), 1u);
        });
}

TEST(ClientState, BelievesNoWishOfAServerThatWasNotChecked) {
    hsts_store hosts;
    client_options options;
    options.hsts = &hosts;
    tls::client_options blind;
    blind.verify = false;
    options.tls = tls::client(blind);
    run_web(&strict_web, options, [](scripted_server&, client& asking) -> task<void> {
        const std::string body = co_await body_of(asking, "https://www.example.com/");
        EXPECT_EQ(body, "https://www.example.com/");
    });
    EXPECT_EQ(hosts.size(), 0u);
}

// ---- log-ins

constexpr std::string_view netrc_text =
    "machine a.example.org login me password pa\n"
    "machine b.example.org login me password pb\n"
    "machine empty.example.org\n"
    "default login anybody password pd\n";

// As http carries them.
const std::string at_a = "Basic bWU6cGE=";
const std::string at_b = "Basic bWU6cGI=";
const std::string at_others = "Basic YW55Ym9keTpwZA==";

std::string login_web(const std::string& url, const std::string& head) {
    const std::size_t query = url.find("?to=");
    if (query != std::string::npos) return moved(url.substr(query + 4));
    return told(head, "Authorization");
}

void run_with_logins(client_script script) {
    const netrc logins = netrc::parse(netrc_text);
    client_options options;
    options.logins = &logins;
    run_web(&login_web, options, std::move(script));
}

TEST(ClientState, ShowsEachHostItsLogIn) {
    run_with_logins([](scripted_server&, client& asking) -> task<void> {
        const std::vector<std::string> shown = co_await bodies_of(
            asking, "http://a.example.org/", "http://b.example.org/", "http://c.example.org/",
            "http://empty.example.org/", "https://www.example.org/");
        EXPECT_THAT(shown, ElementsAre(at_a, at_b, at_others, "none", at_others));
    });
}

TEST(ClientState, PrefersTheLogInOfTheRequest) {
    run_with_logins([](scripted_server&, client& asking) -> task<void> {
        const headers own{{"Authorization", "Bearer x"}};
        const std::string by_field =
            co_await body_of(asking, "http://a.example.org/", {.fields = &own});
        EXPECT_EQ(by_field, "Bearer x");
        const std::string by_url = co_await body_of(asking, "http://you:py@a.example.org/");
        EXPECT_EQ(by_url, "Basic eW91OnB5");
        const std::string by_user = co_await body_of(asking, "http://me@a.example.org/");
        EXPECT_EQ(by_user, at_a) << "the password of that user is known";
    });
}

TEST(ClientState, ShowsNoLogInWhereAServerLeads) {
    run_with_logins([](scripted_server&, client& asking) -> task<void> {
        const std::vector<std::string> shown = co_await bodies_of(
            asking, "http://a.example.org/?to=http://b.example.org/",
            "http://a.example.org/?to=http://c.example.org/", "http://a.example.org/?to=/again",
            "http://you:py@c.example.org/?to=http://a.example.org/",
            "http://you:py@c.example.org/?to=http://d.example.org/");
        EXPECT_THAT(shown, ElementsAre(at_b, "none", at_a, at_a, "none"));
        const headers own{{"Authorization", "Bearer x"}};
        const std::string led = co_await body_of(
            asking, "http://a.example.org/?to=http://b.example.org/", {.fields = &own});
        EXPECT_EQ(led, at_b) << "its own, not what the request brought for another";
    });
}

}  // namespace
}  // namespace troika::http::testing
