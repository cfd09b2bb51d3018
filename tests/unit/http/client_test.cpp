// SPDX-License-Identifier: MIT
#include <troika/http/client.hpp>

#include <troika/http/status.hpp>

#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "unit/http/scripted_server.hpp"

namespace troika::http::testing {
namespace {

using namespace std::chrono_literals;

// Each connection answers as it is told, then closes.
connection_script replies(scripted_server*& here, std::vector<std::vector<std::string>> all) {
    return [&here, all = std::move(all)](net::stream& peer, std::size_t number) -> task<void> {
        if (number < all.size()) co_await reply_each(*here, peer, all[number]);
    };
}

// A test whose server only has to answer.
void run_with_replies(std::vector<std::vector<std::string>> all, client_script script,
                      client_options options = client_options()) {
    scripted_server* here = nullptr;
    run_real(
        replies(here, std::move(all)),
        [&](scripted_server& server, client& asking) -> task<void> {
            here = &server;
            co_await script(server, asking);
        },
        std::move(options));
}

TEST(Client, GetsABody) {
    run_with_replies({{ok("hello", "X-A: b\r\n")}},
                     [](scripted_server& server, client& asking) -> task<void> {
                         const response answer = co_await asking.get(server.url("/a?b=c#d"));
                         EXPECT_EQ(answer.status(), 200);
                         EXPECT_EQ(answer.reason(), "OK");
                         EXPECT_EQ(answer.body(), "hello");
                         EXPECT_EQ(answer.headers().get("x-a"), "b");
                         answer.raise_for_status();
                         EXPECT_EQ(server.requests.at(0),
                                   "GET /a?b=c HTTP/1.1\r\nHost: " + server.host() +
                                       "\r\nUser-Agent: troika/0.1\r\nAccept: */*\r\n\r\n");
                     });
}

TEST(Client, KeepsTheConnectionForTheNextRequest) {
    run_with_replies({{ok("a"), ok("b"), ok("")}},
                     [](scripted_server& server, client& asking) -> task<void> {
                         const response first = co_await asking.get(server.url("/1"));
                         EXPECT_EQ(first.body(), "a");
                         EXPECT_EQ(asking.connections_idle(), 1u);
                         const response second = co_await asking.get(server.url("/2"));
                         EXPECT_EQ(second.body(), "b");
                         const response third = co_await asking.get(server.url("/3"));
                         EXPECT_EQ(third.body(), "");
                         EXPECT_EQ(server.connections, 1u);
                         EXPECT_EQ(asking.connections_in_use(), 0u);
                         asking.close_idle();
                         EXPECT_EQ(asking.connections_idle(), 0u);
                     });
}

TEST(Client, DoesNotKeepWhatTheServerCloses) {
    run_with_replies({{ok("a", "Connection: close\r\n")}, {ok("b")}},
                     [](scripted_server& server, client& asking) -> task<void> {
                         co_await asking.get(server.url("/1"));
                         EXPECT_EQ(asking.connections_idle(), 0u);
                         const response second = co_await asking.get(server.url("/2"));
                         EXPECT_EQ(second.body(), "b");
                         EXPECT_EQ(server.connections, 2u);
                     });
}

TEST(Client, ReadsChunksTrailersAndInterimResponses) {
    const std::string chunked =
        "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        "3\r\nabc\r\n2\r\nde\r\n0\r\nX-Sum: 1\r\n\r\n";
    run_with_replies({{chunked, ok("next")}},
                     [](scripted_server& server, client& asking) -> task<void> {
                         exchange answer = co_await asking.open("GET", server.url("/"));
                         EXPECT_EQ(answer.status(), 200);
                         EXPECT_EQ(answer.content_length(), std::nullopt);
                         const std::string body = co_await answer.read_all(100);
                         EXPECT_EQ(body, "abcde");
                         EXPECT_TRUE(answer.finished());
                         EXPECT_EQ(answer.trailers().get("X-Sum"), "1");
                         const response next = co_await asking.get(server.url("/"));
                         EXPECT_EQ(next.body(), "next");
                         EXPECT_EQ(server.connections, 1u);
                     });
}

TEST(Client, KnowsAnswersWithoutABody) {
    const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n";
    run_with_replies({{head, "HTTP/1.1 204 No Content\r\n\r\n",
                       "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n", ok("end")}},
                     [](scripted_server& server, client& asking) -> task<void> {
                         const response asked = co_await asking.request("HEAD", server.url("/"));
                         EXPECT_EQ(asked.headers().get("Content-Length"), "1000");
                         EXPECT_EQ(asked.body(), "");
                         const response none = co_await asking.get(server.url("/"));
                         EXPECT_EQ(none.status(), 204);
                         const response unchanged = co_await asking.get(server.url("/"));
                         EXPECT_EQ(unchanged.status(), 304);
                         const response last = co_await asking.get(server.url("/"));
                         EXPECT_EQ(last.body(), "end");
                         EXPECT_EQ(server.connections, 1u);
                     });
}

TEST(Client, ReadsUntilAnOldServerCloses) {
    run_with_replies({{"HTTP/1.0 200 OK\r\n\r\nall of it"}},
                     [](scripted_server& server, client& asking) -> task<void> {
                         const response answer = co_await asking.get(server.url("/"));
                         EXPECT_EQ(answer.body(), "all of it");
                         EXPECT_EQ(asking.connections_idle(), 0u);
                     });
}

TEST(Client, RepeatsARequestWhenAKeptConnectionIsGone) {
    // The first connection answers once and closes when the second request comes.
    scripted_server* here = nullptr;
    run_real(
        [&](net::stream& peer, std::size_t number) -> task<void> {
            const std::vector<std::string> once(1, ok("a"));   // g++ 12: no braces within an await
            co_await reply_each(*here, peer, once);
            if (number == 0) co_await here->read_request(peer);
        },
        [&](scripted_server& server, client& asking) -> task<void> {
            here = &server;
            co_await asking.get(server.url("/1"));
            const response second = co_await asking.get(server.url("/2"));
            EXPECT_EQ(second.body(), "a");
            EXPECT_EQ(server.connections, 2u);
            EXPECT_EQ(server.requests.size(), 3u);
        });
}

TEST(Client, DoesNotRepeatWhatMayHaveAnEffect) {
    scripted_server* here = nullptr;
    run_real(
        [&](net::stream& peer, std::size_t) -> task<void> {
            const std::vector<std::string> once(1, ok("a"));   // g++ 12: no braces within an await
            co_await reply_each(*here, peer, once);
            co_await here->read_request(peer);
        },
        [&](scripted_server& server, client& asking) -> task<void> {
            here = &server;
            co_await asking.get(server.url("/1"));
            auto error =
                co_await error_of<protocol_error>(asking.request("POST", server.url("/2")));
            EXPECT_EQ(error->code(), errc::closed_before_message);
            EXPECT_EQ(server.connections, 1u);
        });
}

TEST(Client, RefusesABodyThatIsCutShort) {
    run_with_replies({{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort"},
                      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"},
                      {"HTTP/1.1 200 OK\r\nContent-Le"},
                      {}},
                     [](scripted_server& server, client& asking) -> task<void> {
                         auto cut = co_await error_of<protocol_error>(asking.get(server.url("/x")));
                         EXPECT_EQ(cut->code(), errc::truncated_body);
                         EXPECT_NE(std::string(cut->what()).find("/x"), std::string::npos);
                         cut = co_await error_of<protocol_error>(asking.get(server.url("/")));
                         EXPECT_EQ(cut->code(), errc::truncated_body);
                         cut = co_await error_of<protocol_error>(asking.get(server.url("/")));
                         EXPECT_EQ(cut->code(), errc::truncated_head);
                         EXPECT_EQ(asking.connections_in_use(), 0u);
                     });
}

TEST(Client, DoesNotKeepAConnectionWithBytesNobodyAskedFor) {
    run_with_replies({{ok("a") + "HTTP/1.1 200 OK\r\n"}, {ok("b")}},
                     [](scripted_server& server, client& asking) -> task<void> {
                         const response first = co_await asking.get(server.url("/"));
                         EXPECT_EQ(first.body(), "a");
                         EXPECT_EQ(asking.connections_idle(), 0u);
                         const response second = co_await asking.get(server.url("/"));
                         EXPECT_EQ(second.body(), "b");
                     });
}

TEST(Client, RefusesFloods) {
    std::string interim;
    for (int i = 0; i < 40; ++i) interim += "HTTP/1.1 102 Wait\r\n\r\n";
    std::string many = "HTTP/1.1 200 OK\r\n";
    for (int i = 0; i < 1001; ++i) many += "A: b\r\n";
    const std::string large = "HTTP/1.1 200 OK\r\nA: " + std::string(300'000, 'x');
    run_with_replies({{interim}, {many}, {large}, {"SSH-2.0-OpenSSH\r\n\r\n"}},
                     [](scripted_server& server, client& asking) -> task<void> {
                         auto error =
                             co_await error_of<protocol_error>(asking.get(server.url("/")));
                         EXPECT_EQ(error->code(), errc::too_many_interim_responses);
                         error = co_await error_of<protocol_error>(asking.get(server.url("/")));
                         EXPECT_EQ(error->code(), errc::too_many_headers);
                         error = co_await error_of<protocol_error>(asking.get(server.url("/")));
                         EXPECT_EQ(error->code(), errc::headers_too_large);
                         co_await error_of<protocol_error>(asking.get(server.url("/")));
                         EXPECT_EQ(asking.connections_in_use(), 0u);
                     });
}

TEST(Client, LimitsABodyInMemory) {
    run_with_replies(
        {{ok("0123456789")}, {"HTTP/1.0 200 OK\r\n\r\n0123456789"}, {ok("0123456789")}},
        [](scripted_server& server, client& asking) -> task<void> {
            const request_options small{.body_size_max = 9};
            co_await error_of<body_too_large>(asking.get(server.url("/"), small));
            co_await error_of<body_too_large>(asking.get(server.url("/"), small));
            const request_options enough{.body_size_max = 10};
            const response fits = co_await asking.get(server.url("/"), enough);
            EXPECT_EQ(fits.body().size(), 10u);
        });
}

TEST(Client, RaisesForAStatus) {
    run_with_replies({{"HTTP/1.1 404 Gone Fishing\r\nContent-Length: 0\r\n\r\n"}},
                     [](scripted_server& server, client& asking) -> task<void> {
                         const response answer = co_await asking.get(server.url("/x"));
                         EXPECT_FALSE(answer.ok());
                         try {
                             answer.raise_for_status();
                             ADD_FAILURE();
                         } catch (const status_error& error) {
                             EXPECT_EQ(error.status(), 404);
                             EXPECT_EQ(error.what(), server.url("/x") + ": 404 Gone Fishing");
                         }
                     });
}

TEST(Client, RefusesWhatItCannotFetch) {
    run_with_replies({}, [](scripted_server&, client& asking) -> task<void> {
        const auto error = co_await error_of<unsupported_scheme>(asking.get("ftp://me:pw@a/b"));
        EXPECT_STREQ(error->what(), "only http and https are supported: ftp://a/b");
        EXPECT_EQ(error->url(), "ftp://a/b");
        co_await error_of<unsupported_scheme>(asking.get("file:///etc/passwd"));
        EXPECT_THROW(static_cast<void>(asking.get("no url")), url_error);
        co_await error_of<http_error>(asking.request("CONNECT", "http://a/"));
        const headers smuggled{{"Content-Length", "5"}};
        co_await error_of<http_error>(asking.get("http://127.0.0.1:1/", {.fields = &smuggled}));
    });
}

TEST(Client, SaysThatNobodyListens) {
    run_with_replies({}, [](scripted_server& server, client& asking) -> task<void> {
        const std::string address = server.url("/");
        co_await server.stop();
        auto error = co_await error_of<std::system_error>(asking.get(address));
        EXPECT_EQ(error->code(), std::errc::connection_refused);
        EXPECT_EQ(asking.connections_in_use(), 0u);
    });
}

TEST(Client, SendsFieldsOfItsOwn) {
    client_options options;
    options.user_agent = "test/1";
    options.fields.add("X-All", "1");
    run_with_replies(
        {{ok("")}},
        [](scripted_server& server, client& asking) -> task<void> {
            const headers own{{"x-all", "2"}, {"X-One", "3"}};
            co_await asking.get(server.url("/"), {.fields = &own});
            EXPECT_EQ(server.requests.at(0),
                      "GET / HTTP/1.1\r\nHost: " + server.host() +
                          "\r\nUser-Agent: test/1\r\nAccept: */*\r\nx-all: 2\r\nX-One: 3\r\n\r\n");
        },
        options);
}

TEST(Client, BelongsToTheLoop) {
    run_with_replies({{ok("a"), ok("b")}}, [](scripted_server& server, client&) -> task<void> {
        const response first = co_await get(server.url("/"));
        const response second = co_await http::request("GET", server.url("/"));
        EXPECT_EQ(first.body() + second.body(), "ab");
        EXPECT_EQ(server.connections, 1u);
        default_client().close_idle();
    });
}

TEST(Client, ReadsIntoTheCallersMemory) {
    std::string large(300'000, '\0');
    for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>('a' + i % 23);
    run_with_replies({{ok(large), ok("tiny")}},
                     [&](scripted_server& server, client& asking) -> task<void> {
                         std::string body;
                         {
                             exchange answer = co_await asking.open("GET", server.url("/"));
                             EXPECT_EQ(answer.content_length(), large.size());
                             std::vector<std::byte> room(10'000);
                             for (;;) {
                                 const std::size_t count = co_await answer.read_some(room);
                                 if (count == 0) break;
                                 body.append(reinterpret_cast<const char*>(room.data()), count);
                             }
                             EXPECT_EQ(answer.body_bytes(), large.size());
                         }
                         EXPECT_TRUE(body == large);
                         exchange answer = co_await asking.open("GET", server.url("/"));
                         std::array<std::byte, 3> small;
                         body.clear();
                         for (;;) {
                             const std::size_t count = co_await answer.read_some(small);
                             if (count == 0) break;
                             body.append(reinterpret_cast<const char*>(small.data()), count);
                         }
                         EXPECT_EQ(body, "tiny");
                         EXPECT_EQ(server.connections, 1u);
                     });
}

TEST(Client, ClosesAConnectionWhoseBodyNobodyReads) {
    run_with_replies({{ok(std::string(100'000, 'x'))}, {ok("b")}},
                     [](scripted_server& server, client& asking) -> task<void> {
                         {
                             exchange dropped = co_await asking.open("GET", server.url("/"));
                             EXPECT_EQ(asking.connections_in_use(), 1u);
                         }
                         EXPECT_EQ(asking.connections_in_use(), 0u);
                         EXPECT_EQ(asking.connections_idle(), 0u);
                         const response next = co_await asking.get(server.url("/"));
                         EXPECT_EQ(next.body(), "b");
                     });
}

TEST(Client, KeepsTheHeadAfterTheConnectionIsGivenBack) {
    run_with_replies({{ok("a", "X: 1\r\n"), ok("b", "X: 2\r\n")}},
                     [](scripted_server& server, client& asking) -> task<void> {
                         exchange first = co_await asking.open("GET", server.url("/1"));
                         const std::string a = co_await first.read_all(10);
                         exchange second = co_await asking.open("GET", server.url("/2"));
                         EXPECT_EQ(first.headers().get("X"), "1");
                         EXPECT_EQ(second.headers().get("X"), "2");
                         EXPECT_EQ(server.connections, 1u);
                         second.close();
                         bool refused = false;
                         try {
                             co_await second.read_chunk();
                         } catch (const std::logic_error&) {
                             refused = true;
                         }
                         EXPECT_TRUE(refused);
                     });
}

}  // namespace
}  // namespace troika::http::testing
