// SPDX-License-Identifier: MIT
#include <troika/http/client.hpp>

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "http/redirect.hpp"
#include "unit/http/scripted_server.hpp"
#include "unit/tls/two_ends.hpp"

namespace troika::http::testing {
namespace {

using tls::testing_tls::showing;
using tls::testing_tls::trusting;

std::string redirect(int status, std::string_view location) {
    return "HTTP/1.1 " + std::to_string(status) + " Moved\r\nLocation: " + std::string(location) +
           "\r\nContent-Length: 4\r\n\r\ngone";
}

redirect_step step(std::string_view from, std::string_view method, int status,
                   std::string_view location) {
    return follow_redirect(url::parse(from), method, status, location);
}

TEST(Redirect, ChoosesTheMethod) {
    EXPECT_EQ(step("http://a/", "POST", 301, "/b").method, "GET");
    EXPECT_EQ(step("http://a/", "POST", 302, "/b").method, "GET");
    EXPECT_TRUE(step("http://a/", "POST", 302, "/b").drops_body);
    EXPECT_EQ(step("http://a/", "PUT", 302, "/b").method, "PUT");
    EXPECT_EQ(step("http://a/", "PUT", 303, "/b").method, "GET");
    EXPECT_EQ(step("http://a/", "HEAD", 303, "/b").method, "HEAD");
    EXPECT_EQ(step("http://a/", "POST", 307, "/b").method, "POST");
    EXPECT_EQ(step("http://a/", "POST", 308, "/b").method, "POST");
    EXPECT_FALSE(step("http://a/", "POST", 308, "/b").drops_body);
}

TEST(Redirect, ResolvesTheLocation) {
    EXPECT_EQ(step("http://a/b/c?d", "GET", 302, "../e").to.text(), "http://a/e");
    EXPECT_EQ(step("http://a/b", "GET", 302, "//c/d").to.text(), "http://c/d");
    EXPECT_EQ(step("http://a/b", "GET", 302, "http://c/a b").to.text(), "http://c/a%20b");
    EXPECT_EQ(step("http://a/b", "GET", 302, "http://u:p@c/d").to.text(), "http://c/d");
}

TEST(Redirect, RefusesOtherSchemesAndDowngrades) {
    EXPECT_THROW(static_cast<void>(step("http://a/", "GET", 302, "file:///etc/passwd")),
                 redirect_error);
    EXPECT_THROW(static_cast<void>(step("http://a/", "GET", 302, "ftp://b/")), redirect_error);
    EXPECT_THROW(static_cast<void>(step("https://a/", "GET", 302, "http://a/")), redirect_error);
    EXPECT_THROW(static_cast<void>(step("http://a/", "GET", 302, "http://[::1")), redirect_error);
    EXPECT_EQ(step("https://a/", "GET", 302, "/b").to.text(), "https://a/b");
    const url from = url::parse("https://a/");
    EXPECT_EQ(follow_redirect(from, "GET", 302, "http://b/", {.to_http = true}).to.text(),
              "http://b/");
}

TEST(Redirect, ShowsNoLogin) {
    for (const std::string_view location : {"ftp://u:secret@b/", "http://u:secret@[::1",
                                            "//u:secret@b:99999/"}) {
        try {
            static_cast<void>(step("http://a/", "GET", 302, location));
            ADD_FAILURE() << location;
        } catch (const redirect_error& refused) {
            EXPECT_EQ(std::string(refused.what()).find("secret"), std::string::npos)
                << refused.what();
        }
    }
}

TEST(Redirect, AsksByHttpsWhereTheHostWantsIt) {
    constexpr std::chrono::sys_seconds now{std::chrono::seconds(1'000'000'000)};
    hsts_store hosts;
    hosts.note("a", "max-age=1000", now);
    const redirect_rules rules{.hsts = &hosts, .now = now};
    const url from = url::parse("https://a/");
    // That is no way out of https.
    EXPECT_EQ(follow_redirect(from, "GET", 302, "http://a/b", rules).to.text(), "https://a/b");
    EXPECT_THROW(static_cast<void>(follow_redirect(from, "GET", 302, "http://b/", rules)),
                 redirect_error);
}

TEST(Redirect, TurnsHttpToHttps) {
    const auto secured = [](std::string_view text) { return made_secure(url::parse(text)).text(); };
    EXPECT_EQ(secured("http://a/b?c#d"), "https://a/b?c#d");
    EXPECT_EQ(secured("http://a:80/"), "https://a/");
    EXPECT_EQ(secured("http://a:8080/"), "https://a:8080/");
    EXPECT_EQ(secured("http://a:443/"), "https://a:443/");
    EXPECT_EQ(secured("http://me:pw@[::1]:8080"), "https://me:pw@[::1]:8080/");
}

TEST(Redirect, KnowsTheFields) {
    EXPECT_TRUE(describes_body("content-TYPE"));
    EXPECT_FALSE(describes_body("Contents"));
    EXPECT_TRUE(is_for_one_origin("authorization"));
    EXPECT_TRUE(is_for_one_origin("Cookie"));
    EXPECT_FALSE(is_for_one_origin("Accept"));
}

// Answers every request of every connection with what `answer` says for its path.
using answers = std::function<std::string(const std::string& path)>;
task<void> serve(scripted_server& here, net::stream& peer, answers answer) {
    for (;;) {
        const bool asked = co_await here.read_request(peer);
        if (!asked) co_return;
        const std::string& head = here.requests.back();
        const std::size_t begin = head.find(' ') + 1;
        co_await peer.write_all(answer(head.substr(begin, head.find(' ', begin) - begin)));
    }
}

void run_with_answers(const answers& answer, client_script script) {
    scripted_server* here = nullptr;
    run_real(
        [&](net::stream& peer, std::size_t) -> task<void> { co_await serve(*here, peer, answer); },
        [&](scripted_server& server, client& asking) -> task<void> {
            here = &server;
            co_await script(server, asking);
        });
}

TEST(ClientRedirect, FollowsOnTheSameConnection) {
    run_with_answers(
        [](const std::string& path) {
            if (path == "/a") return redirect(302, "/b");
            if (path == "/b") return redirect(301, "c");
            return ok("found " + path);
        },
        [](scripted_server& server, client& asking) -> task<void> {
            const response answer = co_await asking.get(server.url("/a"));
            EXPECT_EQ(answer.body(), "found /c");
            EXPECT_EQ(answer.url().text(), server.url("/c"));
            EXPECT_EQ(server.connections, 1u);
            const response unfollowed = co_await asking.get(server.url("/a"), {.redirects_max = 0});
            EXPECT_EQ(unfollowed.status(), 302);
            EXPECT_EQ(unfollowed.body(), "gone");
        });
}

TEST(ClientRedirect, EndsChainsAndCircles) {
    run_with_answers(
        [](const std::string& path) {
            if (path == "/loop") return redirect(302, "/loop2");
            if (path == "/loop2") return redirect(302, "/%6coop");
            return redirect(302, path + "x");
        },
        [](scripted_server& server, client& asking) -> task<void> {
            std::optional<errc> code;
            try {
                co_await asking.get(server.url("/x"));
            } catch (const redirect_error& error) {
                code = error.code();
            }
            EXPECT_EQ(code, errc::too_many_redirects);
            EXPECT_EQ(server.requests.size(), 11u);
            server.requests.clear();
            code.reset();
            try {
                co_await asking.get(server.url("/loop"));
            } catch (const redirect_error& error) {
                code = error.code();
            }
            EXPECT_EQ(code, errc::too_many_redirects);
            EXPECT_EQ(server.requests.size(), 2u);
            EXPECT_EQ(asking.connections_in_use(), 0u);
        });
}

TEST(ClientRedirect, RefusesOtherSchemes) {
    run_with_answers([](const std::string&) { return redirect(302, "ftp://a.example/"); },
                     [](scripted_server& server, client& asking) -> task<void> {
                         const auto error =
                             co_await error_of<redirect_error>(asking.get(server.url("/")));
                         EXPECT_EQ(error->code(), errc::redirect_refused);
                         EXPECT_NE(std::string(error->what()).find("neither http nor https"),
                                   std::string::npos);
                     });
}

// A secure server that redirects to one that is not.
void run_downgrade(bool to_http, client_script script) {
    const tls::server_context secure = tls::server(showing());
    scripted_server* first = nullptr;
    scripted_server* second = nullptr;
    const answers away = [&](const std::string&) { return redirect(302, second->url("/open")); };
    const answers open = [](const std::string& path) { return ok("found " + path); };
    client_options options;
    options.redirects_to_http = to_http;
    options.tls = tls::client(trusting());
    run_virtual(
        [&](net::stream& peer, std::size_t) -> task<void> { co_await serve(*first, peer, away); },
        [&](scripted_server& server, client& asking) -> task<void> {
            first = &server;
            scripted_server other([&](net::stream& peer, std::size_t) -> task<void> {
                co_await serve(*second, peer, open);
            });
            second = &other;
            co_await other.start();
            co_await script(server, asking);
            asking.close_idle();
            co_await other.stop();
        },
        options, &secure);
}

TEST(ClientRedirect, DoesNotLeaveHttpsByDefault) {
    run_downgrade(false, [](scripted_server& server, client& asking) -> task<void> {
        const auto error = co_await error_of<redirect_error>(asking.get(server.url("/")));
        EXPECT_EQ(error->code(), errc::redirect_refused);
        EXPECT_NE(std::string(error->what()).find("not encrypted"), std::string::npos);
        EXPECT_EQ(asking.connections_in_use(), 0u);
    });
}

TEST(ClientRedirect, LeavesHttpsWhereItMay) {
    run_downgrade(true, [](scripted_server& server, client& asking) -> task<void> {
        const response answer = co_await asking.get(server.url("/"));
        EXPECT_EQ(answer.body(), "found /open");
        EXPECT_FALSE(answer.url().is_https());
    });
}

TEST(ClientRedirect, KeepsCredentialsWithTheirOrigin) {
    // Two servers: the second, at another port, is another origin, and redirects back to the first.
    std::string second_base;
    std::string first_base;
    run_with_answers(
        [&](const std::string& path) {
            if (path == "/a") return redirect(302, "/b");
            if (path == "/b") return redirect(302, second_base + "/c");
            return ok("back");
        },
        [&](scripted_server& server, client& asking) -> task<void> {
            first_base = server.base();
            scripted_server* second = nullptr;
            const answers elsewhere = [&](const std::string&) {
                return redirect(302, first_base + "/d");
            };
            scripted_server other([&](net::stream& peer, std::size_t) -> task<void> {
                co_await serve(*second, peer, elsewhere);
            });
            second = &other;
            co_await other.start();
            second_base = other.base();
            const headers own{{"Cookie", "secret=1"}, {"X-Other", "2"}};
            std::string address = server.url("/a");
            address.insert(7, "us%65r:pass@");
            const response answer = co_await asking.get(address, {.fields = &own});
            EXPECT_EQ(answer.body(), "back");
            EXPECT_EQ(server.requests.size(), 3u);
            for (const std::string& request : server.requests) {
                EXPECT_NE(request.find("Authorization: Basic dXNlcjpwYXNz\r\n"), std::string::npos);
                EXPECT_NE(request.find("Cookie: secret=1\r\n"), std::string::npos);
                EXPECT_EQ(request.find('@'), std::string::npos);
            }
            EXPECT_EQ(other.requests.size(), 1u);
            for (const std::string& request : other.requests) {
                EXPECT_EQ(request.find("Authorization"), std::string::npos);
                EXPECT_EQ(request.find("Cookie"), std::string::npos);
                EXPECT_NE(request.find("X-Other: 2\r\n"), std::string::npos);
                EXPECT_NE(request.find("Host: " + other.host() + "\r\n"), std::string::npos);
            }
            asking.close_idle();
            co_await other.stop();
        });
}

}  // namespace
}  // namespace troika::http::testing
