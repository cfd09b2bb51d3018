// SPDX-License-Identifier: MIT
#include <troika/http/client.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "unit/http/scripted_proxy.hpp"

namespace troika::http::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using testing_support::cancel_at_each_turn;
// ---- http: the proxy sends requests on

TEST(ClientProxy, AsksTheProxyForTheWholeUrl) {
    run_through(
        [](scripted_server& here, net::stream& peer, std::size_t) -> task<void> {
            co_await reply_with(here, peer, ok("one"), ok("two"));
        },
        [](scripted_server& server, client& asking) -> task<void> {
            const response first = co_await asking.get("http://nowhere.example/a?b#c");
            EXPECT_EQ(first.body(), "one");
            const response second = co_await asking.get("http://nowhere.example:81");
            EXPECT_EQ(second.url().text(), "http://nowhere.example:81");
            EXPECT_EQ(server.requests.at(0),
                      "GET http://nowhere.example/a?b HTTP/1.1\r\nHost: nowhere.example\r\n"
                      "User-Agent: troika/0.1\r\nAccept: */*\r\n"
                      "Proxy-Authorization: Basic bWU6c2VjcmV0\r\n\r\n");
            EXPECT_THAT(server.requests.at(1),
                        AllOf(StartsWith("GET http://nowhere.example:81/ HTTP/1.1\r\n"),
                              HasSubstr("Host: nowhere.example:81\r\n")));
        },
        {.login = "me:secret@"});
}

TEST(ClientProxy, HandsTheRefusalOfARequestOn) {
    run_through(
        [](scripted_server& here, net::stream& peer, std::size_t) -> task<void> {
            co_await reply_with(here, peer,
                                "HTTP/1.1 407 Proxy Authentication Required\r\n"
                                "Content-Length: 2\r\n\r\nno");
        },
        [](scripted_server&, client& asking) -> task<void> {
            const response answer = co_await asking.get("http://nowhere.example/");
            EXPECT_EQ(answer.status(), 407);
            EXPECT_THROW(answer.raise_for_status(), status_error);
        });
}

// What belongs to the proxy stays with it, also where the request itself brought it.
TEST(ClientProxy, ShowsItsLogInToNobodyElse) {
    std::string elsewhere;
    scripted_server* origin = nullptr;
    run_through(
        [&](scripted_server& here, net::stream& peer, std::size_t) -> task<void> {
            co_await reply_with(
                here, peer,
                "HTTP/1.1 302 Found\r\nLocation: " + elsewhere + "\r\nContent-Length: 0\r\n\r\n");
        },
        [&](scripted_server& server, client& asking) -> task<void> {
            scripted_server direct([&](net::stream& peer, std::size_t) -> task<void> {
                co_await reply_with(*origin, peer, ok("here"));
            });
            origin = &direct;
            co_await direct.start();
            elsewhere = direct.url("/");
            const headers own{{"Proxy-Authorization", "Basic b3du"}};
            const response answer =
                co_await asking.get("http://nowhere.example/", {.fields = &own});
            EXPECT_EQ(answer.body(), "here");
            EXPECT_THAT(server.requests.at(0),
                        HasSubstr("Proxy-Authorization: Basic bWU6c2VjcmV0\r\n"));
            EXPECT_THAT(direct.requests.at(0), AllOf(StartsWith("GET / HTTP/1.1\r\n"),
                                                     Not(HasSubstr("Proxy-Authorization"))));
            asking.close_idle();
            co_await direct.stop();
        },
        {.login = "me:secret@", .direct = "127.0.0.1"});
}

TEST(ClientProxy, AsksTheExceptionsDirectly) {
    run_through([](scripted_server& here, net::stream& peer,
                   std::size_t) -> task<void> { co_await reply_with(here, peer, ok("")); },
                [](scripted_server& server, client& asking) -> task<void> {
                    co_await asking.get(server.url("/direct"));
                    EXPECT_THAT(server.requests.at(0),
                                AllOf(StartsWith("GET /direct HTTP/1.1\r\n"),
                                      Not(HasSubstr("Proxy-Authorization"))));
                },
                {.login = "me:secret@", .direct = "127.0.0.1"});
}

// ---- https: through a tunnel

task<void> ask_through_a_tunnel(scripted_server& server, client& asking) {
    const headers own{{"Cookie", "a=b"}, {"Authorization", "Basic x"}};
    const response first = co_await asking.get("https://www.example.org/one", {.fields = &own});
    EXPECT_EQ(first.body(), "1");
    const response second = co_await asking.get("https://www.example.org/two");
    EXPECT_EQ(second.body(), "2");
    EXPECT_EQ(server.connections, 1u);
}

TEST(ClientProxy, OpensATunnelForHttps) {
    run_through(
        [](scripted_server& here, net::stream& peer, std::size_t) -> task<void> {
            co_await tunnel(here, peer, ok("1"), ok("2"));
        },
        [](scripted_server& server, client& asking) -> task<void> {
            co_await ask_through_a_tunnel(server, asking);
            EXPECT_THAT(
                server.requests,
                ElementsAre("CONNECT www.example.org:443 HTTP/1.1\r\n"
                            "Host: www.example.org:443\r\nUser-Agent: troika/0.1\r\n"
                            "Proxy-Authorization: Basic bWU6c2VjcmV0\r\n\r\n",
                            AllOf(StartsWith("GET /one HTTP/1.1\r\n"),
                                  HasSubstr("Authorization: Basic x\r\n"),
                                  HasSubstr("Cookie: a=b\r\n"), Not(HasSubstr("Proxy-"))),
                            AllOf(StartsWith("GET /two HTTP/1.1\r\n"), Not(HasSubstr("Proxy-")))));
        },
        {.login = "me:secret@"});
}

TEST(ClientProxy, OpensATunnelThroughASecureProxy) {
    run_through([](scripted_server& here, net::stream& peer,
                   std::size_t) -> task<void> { co_await tunnel(here, peer, ok("1"), ok("2")); },
                &ask_through_a_tunnel, {.login = "me:secret@", .secure = true});
}

TEST(ClientProxy, AsksASecureProxyForPlainUrls) {
    run_through([](scripted_server& here, net::stream& peer,
                   std::size_t) -> task<void> { co_await reply_with(here, peer, ok("plain")); },
                [](scripted_server& server, client& asking) -> task<void> {
                    const response answer = co_await asking.get("http://nowhere.example/");
                    EXPECT_EQ(answer.body(), "plain");
                    EXPECT_THAT(server.requests.at(0),
                                StartsWith("GET http://nowhere.example/ HTTP"));
                },
                {.secure = true});
}

TEST(ClientProxy, UsesATunnelForItsOriginOnly) {
    run_through(
        [](scripted_server& here, net::stream& peer, std::size_t number) -> task<void> {
            if (number < 3)
                co_await tunnel(here, peer, ok("a"), ok("b"));
            else
                co_await reply_with(here, peer, ok("c"));
        },
        [](scripted_server& server, client& asking) -> task<void> {
            const std::vector<std::string> urls{
                "https://www.example.org/", "https://api.example.org/",
                "https://www.example.org:8443/", "http://www.example.org:443/"};
            for (const std::string& each : urls) co_await asking.get(each);
            EXPECT_EQ(server.connections, 4u);
            EXPECT_EQ(asking.connections_idle(), 4u);
            EXPECT_THAT(server.requests.at(2), StartsWith("CONNECT api.example.org:443 "));
            EXPECT_THAT(server.requests.at(4), StartsWith("CONNECT www.example.org:8443 "));
            EXPECT_THAT(server.requests.at(6), StartsWith("GET http://www.example.org:443/ "));
            const response again = co_await asking.get(urls.front());
            EXPECT_EQ(again.body(), "b");
            EXPECT_EQ(server.connections, 4u);
        });
}

TEST(ClientProxy, AsksAgainWhereATunnelIsGone) {
    run_through([](scripted_server& here, net::stream& peer,
                   std::size_t) -> task<void> { co_await tunnel(here, peer, ok("once")); },
                [](scripted_server& server, client& asking) -> task<void> {
                    co_await asking.get("https://www.example.org/");
                    const response again = co_await asking.get("https://www.example.org/");
                    EXPECT_EQ(again.body(), "once");
                    EXPECT_EQ(server.connections, 2u);
                });
}

TEST(ClientProxy, ChecksTheHostBehindTheProxy) {
    run_through([](scripted_server& here, net::stream& peer,
                   std::size_t) -> task<void> { co_await tunnel(here, peer); },
                [](scripted_server&, client& asking) -> task<void> {
                    const auto error =
                        co_await error_of<tls::error>(asking.get("https://www.example.com/"));
                    EXPECT_EQ(error->reason(), tls::errc::host_mismatch);
                    EXPECT_THAT(error->what(), HasSubstr("not for www.example.com"));
                });
}

TEST(ClientProxy, LeavesNothingBehindWhereverItIsCancelled) {
    for (const bool secure : {false, true}) {
        const proxy_script script = [](scripted_server& here, net::stream& peer,
                                       std::size_t) -> task<void> {
            co_await tunnel(here, peer, ok("1"), ok("2"));
        };
        const through_script asking = &ask_through_a_tunnel;
        EXPECT_GT(cancel_at_each_turn([&] [[clang::coro_wrapper]] () {
                      return play_through(script, {.secure = secure}, asking);
                  }),
                  20u);
    }
}

// ---- proxies that do not open one

/// The error of asking for https where the proxy answers with `reply`, then closes.
template <class Error>
std::optional<Error> refused_with(std::string reply, through_options how = {}) {
    std::optional<Error> error;
    run_through([&](scripted_server& here, net::stream& peer,
                    std::size_t) -> task<void> { co_await reply_with(here, peer, reply); },
                [&](scripted_server& server, client& asking) -> task<void> {
                    error = co_await error_of<Error>(asking.get("https://www.example.org/"));
                    EXPECT_EQ(server.connections, 1u) << "a proxy that refuses is not asked again";
                    EXPECT_EQ(asking.connections_in_use(), 0u);
                    EXPECT_EQ(asking.connections_idle(), 0u);
                },
                std::move(how));
    return error;
}

TEST(ClientProxy, SaysWhyThereIsNoTunnel) {
    const std::string required =
        "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 5\r\n\r\nlogin";
    auto error = refused_with<proxy_error>(required);
    EXPECT_EQ(error->status(), 407);
    EXPECT_EQ(error->code(), errc::proxy_refused);
    EXPECT_THAT(error->what(), AllOf(HasSubstr("the proxy http://127.0.0.1:"),
                                     HasSubstr("a tunnel to www.example.org:443: 407 "),
                                     HasSubstr("requires a user name")));
    error = refused_with<proxy_error>(required, {.login = "me:secret@"});
    EXPECT_THAT(error->what(),
                AllOf(HasSubstr("does not accept the user name"), Not(HasSubstr("secret"))));
    error = refused_with<proxy_error>("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n");
    EXPECT_EQ(error->status(), 502);
    EXPECT_THAT(error->what(), EndsWith("www.example.org:443: 502 Bad Gateway"));
    // A redirect of the proxy is none of the origin's.
    error = refused_with<proxy_error>(
        "HTTP/1.1 302 Found\r\nLocation: https://evil.example/\r\nContent-Length: 0\r\n\r\n");
    EXPECT_EQ(error->status(), 302);
}

TEST(ClientProxy, BoundsWhatAProxySays) {
    const auto code_of = [](std::string reply) {
        const auto error = refused_with<protocol_error>(std::move(reply));
        EXPECT_THAT(error->what(), StartsWith("the proxy http://127.0.0.1:"));
        return error->code();
    };
    EXPECT_EQ(code_of(""), errc::closed_before_message);
    EXPECT_EQ(code_of("HTTP/1.1 200 O"), errc::truncated_head);
    std::string flood;
    for (int i = 0; i < 1000; ++i) flood += "HTTP/1.1 100 Continue\r\n\r\n";
    EXPECT_EQ(code_of(flood), errc::too_many_interim_responses);
    EXPECT_EQ(code_of("HTTP/1.1 200 OK\r\nX: " + std::string(1'000'000, 'x')),
              errc::headers_too_large);
    EXPECT_EQ(code_of("SSH-2.0-OpenSSH_9.2p1\r\n"), errc::invalid_start_line);
}

// Whatever comes behind the head is for TLS, which is not fooled by it.
TEST(ClientProxy, TakesNoWordsForThoseOfTheOrigin) {
    const auto error = refused_with<tls::error>(
        "HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    EXPECT_EQ(error->reason(), tls::errc::not_tls);
}

TEST(ClientProxy, DoesNotWaitForAProxyForEver) {
    run_through(
        [](scripted_server& here, net::stream& peer, std::size_t) -> task<void> {
            co_await here.read_request(peer);
            co_await sleep(1h);
        },
        [](scripted_server&, client& asking) -> task<void> {
            const time_point begin = current_task().home().now();
            const auto late =
                co_await error_of<client_timeout>(asking.get("https://www.example.org/"));
            EXPECT_EQ(late->phase(), client_phase::connect);
            EXPECT_THAT(late->what(), HasSubstr("www.example.org:443 through http://"));
            EXPECT_EQ(current_task().home().now() - begin, 9s);
        },
        {.timeouts = {.connect = 9s}});
}

TEST(ClientProxy, SaysThatItIsTheProxyThatIsNotThere) {
    client_options options;
    options.proxies = proxy_settings(proxy::parse("me:secret@127.0.0.1:9"), proxy_exceptions());
    run_virtual([](net::stream&, std::size_t) -> task<void> { co_return; },
                [](scripted_server&, client& asking) -> task<void> {
                    const auto error =
                        co_await error_of<std::system_error>(asking.get("http://nowhere.example/"));
                    EXPECT_EQ(error->code(), std::errc::connection_refused);
                    EXPECT_THAT(error->what(), StartsWith("connect to the proxy "
                                                          "http://127.0.0.1:9: "));
                },
                options);
}

TEST(ClientProxy, SaysThatItsSettingsCannotBeUsed) {
    client_options options;
    options.proxies =
        proxy_settings::from_environment([](std::string_view name) -> std::optional<std::string> {
            if (name == "https_proxy") return "socks5://127.0.0.1:1080";
            return std::nullopt;
        });
    run_virtual([](net::stream&, std::size_t) -> task<void> { co_return; },
                [](scripted_server&, client& asking) -> task<void> {
                    const auto error =
                        co_await error_of<http_error>(asking.get("https://www.example.org/"));
                    EXPECT_EQ(error->code(), errc::unsupported_scheme);
                    EXPECT_THAT(error->what(), HasSubstr("https_proxy"));
                },
                options);
}

}  // namespace
}  // namespace troika::http::testing
