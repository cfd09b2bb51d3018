// SPDX-License-Identifier: MIT
#include <troika/http/server.hpp>

#include <troika/core/errors.hpp>
#include <troika/loop/event_loop.hpp>
#include <troika/net/connect.hpp>
#include <troika/sync/event.hpp>
#include <troika/tasks/gather.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace troika {
namespace {

using namespace std::chrono_literals;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// Says what it was asked: method, target, and the body.
task<void> echo(http::server_request& request, http::responder& answer) {
    const std::string body = co_await request.read_all();
    std::string text(request.method());
    text += ' ';
    text += request.target();
    text += ' ' + body + ';';
    co_await answer.send(200, text);
}

/// Connects, sends all of `bytes`, ends its side if asked to, and reads until the server ends its.
task<std::string> exchange(net::address where, std::string bytes, bool then_close = true) {
    net::stream peer = co_await net::open_connection(where);
    co_await peer.write_all(std::string_view(bytes));
    if (then_close) co_await peer.close_write();
    std::string answer = co_await peer.read_all(std::size_t{4} << 20);
    co_return answer;
}

class HttpServer : public testing::Test {
protected:
    template <class F>
    std::string ask(F handler, std::string bytes, http::server_options options = {},
                    bool then_close = true) {
        auto note = [this](const std::exception_ptr& error) {
            errors.push_back(describe(error));
        };
        options.on_error = note;
        return loop.run(serve_once(std::move(handler), std::move(bytes), options, then_close));
    }
    template <class F>
    static task<std::string> serve_once(F handler, std::string bytes, http::server_options options,
                                        bool then_close) {
        net::server server =
            co_await http::serve({"127.0.0.1", 0}, std::move(handler), std::move(options));
        std::string answer =
            co_await exchange(server.local_address(), std::move(bytes), then_close);
        co_await server.drain();
        co_return answer;
    }

    event_loop loop;
    std::vector<std::string> errors;
};

std::size_t count(const std::string& text, const std::string& what) {
    std::size_t found = 0;
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
        ++found;
    return found;
}

TEST_F(HttpServer, AnswersPipelinedRequestsInTheirOrder) {
    std::string many;
    for (int i = 0; i < 100; ++i)
        many += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: h\r\n\r\n";
    const std::string answers = ask(echo, many);
    EXPECT_EQ(count(answers, "HTTP/1.1 200 OK\r\n"), 100u);
    std::size_t before = 0;
    for (int i = 0; i < 100; ++i) {
        const std::size_t at = answers.find("GET /" + std::to_string(i) + " ;");
        ASSERT_NE(at, std::string::npos) << i;
        EXPECT_GE(at, before);
        before = at;
    }
}

TEST_F(HttpServer, ClosesWhenItIsAskedTo) {
    // A second request on the same connection is not looked at.
    const std::string answer = ask(echo,
                                   "GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
                                   "GET /b HTTP/1.1\r\nHost: h\r\n\r\n",
                                   {}, false);
    EXPECT_EQ(count(answer, "HTTP/1.1 200"), 1u);
    EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
}

TEST_F(HttpServer, AnswersAnOldClientWithoutChunksAndCloses) {
    const auto piecewise = [](http::server_request&, http::responder& answer) -> task<void> {
        answer.begin(200);
        co_await answer.write("one");
        co_await answer.write("two");
    };
    const std::string old = ask(piecewise, "GET / HTTP/1.0\r\n\r\n", {}, false);
    EXPECT_THAT(old, EndsWith("\r\n\r\nonetwo"));
    EXPECT_THAT(old, Not(HasSubstr("chunked")));
    const std::string now = ask(piecewise, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_THAT(now, HasSubstr("Transfer-Encoding: chunked\r\n"));
    EXPECT_THAT(now, EndsWith("3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"));
}

TEST_F(HttpServer, ReadsBodiesOfALengthAndInChunks) {
    const std::string answers =
        ask(echo,
            "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello"
            "POST /b HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
            "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
    EXPECT_THAT(answers, HasSubstr("POST /a hello;"));
    EXPECT_THAT(answers, HasSubstr("POST /b abcde;"));
}

TEST_F(HttpServer, TellsAClientThatWaitsToGoOn) {
    const std::string answer = ask(
        echo, "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"));
}

TEST_F(HttpServer, SendsNoBodyToHead) {
    const auto whole = [](http::server_request&, http::responder& answer) -> task<void> {
        EXPECT_TRUE(answer.head_only());
        co_await answer.send(200, "seven!!");
    };
    const std::string answer = ask(whole, "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_THAT(answer, HasSubstr("Content-Length: 7\r\n"));
    EXPECT_THAT(answer, EndsWith("\r\n\r\n"));
}

TEST_F(HttpServer, RefusesFramingThatTwoReadersCouldReadDifferently) {
    for (const char* fields :
         {"Content-Length: 1\r\nContent-Length: 2\r\n",
          "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
          "Content-Length: +1\r\n", "Transfer-Encoding: gzip\r\n", "Bad Name: x\r\n",
          " folded: x\r\n"}) {
        const std::string answer = ask(echo,
                                       std::string("POST / HTTP/1.1\r\nHost: h\r\n") + fields +
                                           "\r\nGET /smuggled HTTP/1.1\r\n\r\n",
                                       {}, false);
        EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 ") || answer.starts_with("HTTP/1.1 501 "))
            << fields << answer;
        EXPECT_EQ(count(answer, "HTTP/1.1 "), 1u) << fields;
        EXPECT_THAT(answer, HasSubstr("Connection: close\r\n")) << fields;
    }
}

TEST_F(HttpServer, BoundsHeads) {
    http::server_options options;
    options.parser.head_bytes_max = 1024;
    const std::string answer =
        ask(echo, "GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(100'000, 'x') + "\r\n\r\n",
            options, false);
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 431 "));
}

TEST_F(HttpServer, BoundsBodies) {
    http::server_options options;
    options.body_bytes_max = 10;
    const std::string announced =
        ask(echo, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\n" + std::string(11, 'x'),
            options, false);
    EXPECT_THAT(announced, StartsWith("HTTP/1.1 413 "));
    const std::string found = ask(echo,
                                  "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                                  "b\r\n" + std::string(11, 'x') + "\r\n0\r\n\r\n",
                                  options, false);
    EXPECT_THAT(found, StartsWith("HTTP/1.1 413 "));
}

TEST_F(HttpServer, SkipsABodyThatNobodyRead) {
    const auto deaf = [](http::server_request& request, http::responder& answer) -> task<void> {
        co_await answer.send(200, request.target());
    };
    const std::string answers =
        ask(deaf,
            "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n" + std::string(1000, 'x') +
                "GET /b HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(count(answers, "HTTP/1.1 200 "), 2u);
    EXPECT_THAT(answers, EndsWith("/b"));
}

TEST_F(HttpServer, DoesNotWaitForABodyThatNobodyReadAndThatIsTooLong) {
    const auto deaf = [](http::server_request&, http::responder& answer) -> task<void> {
        co_await answer.send(200, "no");
    };
    // The client would send a gigabyte; it is told to stop by the end of the connection.
    const std::string answer = ask(
        deaf, "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000000\r\n\r\nx", {}, false);
    EXPECT_EQ(count(answer, "HTTP/1.1 "), 1u);
}

TEST_F(HttpServer, GivesUpOnAHeadThatDoesNotEnd) {
    http::server_options options;
    options.head_time_max = 50ms;
    const std::string answer = ask(echo, "GET / HTTP/1.1\r\nHost:", options, false);
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 408 "));
}

TEST_F(HttpServer, ClosesAConnectionThatIdles) {
    http::server_options options;
    options.idle_time_max = 50ms;
    const std::string answer = ask(echo, "GET /a HTTP/1.1\r\nHost: h\r\n\r\n", options, false);
    EXPECT_EQ(count(answer, "HTTP/1.1 200 "), 1u);
    EXPECT_THAT(answer, EndsWith("GET /a ;"));
}

TEST_F(HttpServer, GivesUpOnABodyThatStalls) {
    http::server_options options;
    options.stall_time_max = 50ms;
    const std::string answer =
        ask(echo, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhe", options, false);
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 408 "));
}

TEST_F(HttpServer, AnswersForAHandlerThatThrows) {
    const auto failing = [](http::server_request&, http::responder&) -> task<void> {
        throw std::runtime_error("out of ideas");
        co_return;
    };
    const std::string answer = ask(failing, "GET / HTTP/1.1\r\nHost: h\r\n\r\n", {}, false);
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 500 "));
    EXPECT_THAT(answer, Not(HasSubstr("out of ideas")));   // for the log, not for strangers
    ASSERT_EQ(errors.size(), 1u);
    EXPECT_THAT(errors[0], HasSubstr("out of ideas"));
}

TEST_F(HttpServer, CutsAnAnswerOffWhoseHandlerThrows) {
    const auto failing = [](http::server_request&, http::responder& answer) -> task<void> {
        answer.begin(200);
        co_await answer.write("half");
        throw std::runtime_error("in the middle");
    };
    const std::string answer = ask(failing, "GET / HTTP/1.1\r\nHost: h\r\n\r\n", {}, false);
    EXPECT_THAT(answer, HasSubstr("4\r\nhalf\r\n"));
    EXPECT_THAT(answer, Not(EndsWith("0\r\n\r\n")));   // the client sees that it is not whole
}

TEST_F(HttpServer, ReportsAHandlerThatDoesNotAnswer) {
    const auto silent = [](http::server_request&, http::responder&) -> task<void> { co_return; };
    const std::string answer = ask(silent, "GET / HTTP/1.1\r\nHost: h\r\n\r\n", {}, false);
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 500 "));
    EXPECT_EQ(errors.size(), 1u);
}

TEST_F(HttpServer, LimitsTheRequestsOfAConnection) {
    http::server_options options;
    options.requests_per_connection_max = 2;
    std::string many;
    for (int i = 0; i < 5; ++i) many += "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
    const std::string answers = ask(echo, many, options, false);
    EXPECT_EQ(count(answers, "HTTP/1.1 200 "), 2u);
}

task<void> drain_while_it_answers() {
    event entered;
    event may_answer;
    const auto slow = [&](http::server_request&, http::responder& answer) -> task<void> {
        entered.set();
        co_await may_answer.wait();
        co_await answer.send(200, "finished");
    };
    net::server server = co_await http::serve({"127.0.0.1", 0}, slow, {});
    const net::address where = server.local_address();
    std::string answer;
    const auto client = [&]() -> task<void> {
        answer = co_await exchange(where, "GET / HTTP/1.1\r\nHost: h\r\n\r\n", false);
    };
    const auto end = [&]() -> task<void> {
        co_await entered.wait();
        may_answer.set();
        co_await server.drain();
    };
    co_await gather(client(), end());
    EXPECT_THAT(answer, EndsWith("finished"));
}

TEST_F(HttpServer, FinishesWhatItAnswersWhenItIsDrained) { loop.run(drain_while_it_answers()); }

}  // namespace
}  // namespace troika
