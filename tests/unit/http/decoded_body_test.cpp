// SPDX-License-Identifier: MIT
#include <troika/http/decoded_body.hpp>

#include <troika/http/client.hpp>

#include "unit/http/compressed.hpp"
#include "unit/http/scripted_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace troika::http::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view hello = "hello hello hello, world";

/// The requests of one connection are answered with `replies`.
void run_with_replies(std::vector<std::string> replies, client_script script) {
    scripted_server* here = nullptr;
    run_virtual([&](net::stream& peer,
                    std::size_t) -> task<void> { co_await reply_each(*here, peer, replies); },
                [&](scripted_server& server, client& asking) -> task<void> {
                    here = &server;
                    co_await script(server, asking);
                });
}

std::string coded(std::string_view coding, std::string_view body) {
    return ok(body, "Content-Encoding: " + std::string(coding) + "\r\n");
}

std::string chunked(std::string_view coding, std::string_view body) {
    std::string text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Encoding: " +
                       std::string(coding) + "\r\n\r\n";
    for (const char c : body) text.append("1\r\n").append(1, c).append("\r\n");
    return text.append("0\r\n\r\n");
}

TEST(DecodedBody, IsWhatARequestGivesThatTakesCodings) {
    run_with_replies(
        {coded("gzip", gzipped(hello)), coded("br", br_hello), coded("zstd", zstd_packed(hello)),
         chunked("gzip", gzipped(hello)), coded("identity", hello), ok(hello)},
        [](scripted_server& server, client& asking) -> task<void> {
            for (int i = 0; i < 6; ++i) {
                const response answer =
                    co_await asking.get(server.url("/"), {.accept_codings = true});
                EXPECT_EQ(answer.body(), hello) << i;
                EXPECT_THAT(server.requests.back(), HasSubstr("\r\nAccept-Encoding: "));
            }
            EXPECT_EQ(server.connections, 1u);
        });
}

TEST(DecodedBody, IsNotWhatOthersGet) {
    const std::string packed = gzipped(hello);
    run_with_replies({coded("gzip", packed)},
                     [&](scripted_server& server, client& asking) -> task<void> {
                         const response answer = co_await asking.get(server.url("/"));
                         EXPECT_EQ(answer.body(), packed);
                         EXPECT_THAT(server.requests.back(), Not(HasSubstr("Accept-Encoding")));
                     });
}

task<std::string> read_pieces(exchange& answer, std::size_t size) {
    decoded_body body(answer);
    std::string all;
    std::vector<std::byte> piece(size);
    for (;;) {
        const std::size_t count = co_await body.read_some(piece);
        if (count == 0) break;
        all.append(reinterpret_cast<const char*>(piece.data()), count);
    }
    // The end stays the end.
    const std::size_t again = co_await body.read_some(piece);
    EXPECT_EQ(again, 0u);
    co_return all;
}

TEST(DecodedBody, IsReadInPieces) {
    std::string text;
    for (int i = 0; i < 20'000; ++i) text += std::to_string(i) + " ";
    run_with_replies(
        {coded("gzip", gzipped(text)), chunked("zstd", zstd_packed(text)), ok(text)},
        [&](scripted_server& server, client& asking) -> task<void> {
            for (const std::size_t size : {std::size_t{1}, std::size_t{999}, std::size_t{65'536}}) {
                exchange answer = co_await asking.open("GET", server.url("/"));
                const std::string all = co_await read_pieces(answer, size);
                EXPECT_EQ(all, text) << size;
            }
            EXPECT_EQ(server.connections, 1u);
        });
}

TEST(DecodedBody, KnowsWhetherThereIsSomethingToUndo) {
    run_with_replies(
        {coded("gzip", gzipped(hello)), ok(hello),
         "HTTP/1.1 200 OK\r\nContent-Encoding: x-unknown\r\nContent-Length: 9\r\n\r\n"},
        [](scripted_server& server, client& asking) -> task<void> {
            for (const std::string method : {"GET", "GET", "HEAD"}) {
                exchange answer = co_await asking.open(method, server.url("/"));
                decoded_body body(answer);
                EXPECT_EQ(body.coded(), server.requests.size() == 1);
                const std::string all = co_await body.read_all(100);
                EXPECT_EQ(all, method == "HEAD" ? "" : hello);
            }
        });
}

/// The error of a request that takes codings.
template <class Error>
Error failure_of(std::string reply, std::optional<std::size_t> size_max = {}) {
    std::optional<Error> error;
    run_with_replies(
        {std::move(reply)}, [&](scripted_server& server, client& asking) -> task<void> {
            error = co_await error_of<Error>(
                asking.get(server.url("/x"), {.accept_codings = true, .body_size_max = size_max}));
            EXPECT_THAT(error->what(), HasSubstr(server.url("/x") + ": "));
            EXPECT_EQ(asking.connections_in_use(), 0u);
        });
    return error.value();
}

TEST(DecodedBody, RefusesWhatItDoesNotKnow) {
    EXPECT_EQ(failure_of<protocol_error>(coded("compress", "x")).code(),
              errc::unsupported_content_coding);
    EXPECT_EQ(failure_of<protocol_error>(coded("gzip, gzip, gzip, gzip", "x")).code(),
              errc::unsupported_content_coding);
}

TEST(DecodedBody, RefusesWhatIsBrokenOrCut) {
    const std::string packed = gzipped(hello);
    EXPECT_EQ(failure_of<protocol_error>(coded("gzip", "not packed")).code(),
              errc::malformed_content);
    EXPECT_EQ(failure_of<protocol_error>(coded("gzip", packed + "more")).code(),
              errc::malformed_content);
    const std::string_view part = std::string_view(packed).substr(0, packed.size() - 5);
    EXPECT_EQ(failure_of<protocol_error>(coded("gzip", part)).code(), errc::truncated_content);
    std::string left = coded("gzip", packed);
    left.pop_back();
    EXPECT_EQ(failure_of<protocol_error>(left).code(), errc::truncated_body);
}

TEST(DecodedBody, RefusesWhatExpandsTooMuch) {
    EXPECT_EQ(failure_of<protocol_error>(coded("br", br_zeros)).code(),
              errc::content_expands_too_much);
    EXPECT_EQ(failure_of<protocol_error>(chunked("br", br_zeros)).code(),
              errc::content_expands_too_much);
    // Within the ratio, and more than the caller is ready to keep.
    EXPECT_THAT(
        failure_of<body_too_large>(coded("gzip", gzipped(std::string(5'000, 'x'))), 4'999).what(),
        HasSubstr("more than 4999 bytes"));
}

}  // namespace
}  // namespace troika::http::testing
