// SPDX-License-Identifier: MIT
#include <troika/http/decoded_body.hpp>

#include <troika/http/client_error.hpp>
#include <troika/http/error.hpp>

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>

#include "unit/http/scripted_server.hpp"

namespace troika::http::testing {
namespace {

// gzip of 1,000 letters a.
constexpr std::string_view packed{
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x4b\x4c\x1c\x05\xa3\x60\x14\x0c\x77\x00\x00\x03\xda"
    "\x38\x9a\xe8\x03\x00\x00",
    29};
const std::string letters(1000, 'a');
constexpr std::string_view gzip = "Content-Encoding: gzip\r\n";

/// Lets `read` have the body of `reply`.
void with_body(const std::string& reply, task_maker<exchange&> read) {
    scripted_server* here = nullptr;
    run_real(
        [&](net::stream& peer, std::size_t) -> task<void> {
            co_await reply_each(*here, peer, {reply});
        },
        [&](scripted_server& server, client& asking) -> task<void> {
            here = &server;
            request_options options;
            options.accept_codings = true;
            const url where = url::parse(server.url("/"));
            exchange got = co_await asking.open("GET", where, options);
            co_await read(got);
        });
}

task<errc> error_of(exchange& got, expansion_limits limits = {}) {
    try {
        decoded_body body(got, limits);
        co_await body.read_all(1 << 20);
    } catch (const protocol_error& error) {
        co_return error.code();
    }
    ADD_FAILURE() << "was decoded";
    co_return errc::invalid_url;
}

TEST(DecodedBody, UndoesACoding) {
    with_body(ok(packed, gzip), [](exchange& got) -> task<void> {
        decoded_body body(got);
        EXPECT_TRUE(body.coded());
        std::array<std::byte, 7> piece;
        std::size_t all = 0;
        for (;;) {
            const std::size_t count = co_await body.read_some(piece);
            if (count == 0) break;
            for (std::size_t i = 0; i < count; ++i) EXPECT_EQ(piece[i], std::byte('a'));
            all += count;
        }
        EXPECT_EQ(all, 1000u);
        const std::size_t again = co_await body.read_some(piece);
        EXPECT_EQ(again, 0u);
    });
}

TEST(DecodedBody, LeavesOthersAsTheyAre) {
    for (const std::string_view fields : {"", "Content-Encoding: identity\r\n"})
        with_body(ok("plain", fields), [](exchange& got) -> task<void> {
            decoded_body body(got);
            EXPECT_FALSE(body.coded());
            const std::string text = co_await body.read_all(5);
            EXPECT_EQ(text, "plain");
        });
}

TEST(DecodedBody, ReadsNoMoreThanAllowed) {
    with_body(ok(packed, gzip), [](exchange& got) -> task<void> {
        decoded_body body(got);
        bool refused = false;
        try {
            co_await body.read_all(999);
        } catch (const body_too_large&) {
            refused = true;
        }
        EXPECT_TRUE(refused);
    });
    with_body(ok(packed, gzip), [](exchange& got) -> task<void> {
        decoded_body body(got);
        const std::string text = co_await body.read_all(1000);
        EXPECT_EQ(text, letters);
    });
    with_body(ok(packed, gzip), [](exchange& got) -> task<void> {
        expansion_limits limits;
        limits.ratio_max = 10;
        limits.bytes_free = 100;
        const errc code = co_await error_of(got, limits);
        EXPECT_EQ(code, errc::content_expands_too_much);
    });
}

TEST(DecodedBody, RefusesWhatCannotBeDecoded) {
    with_body(ok(packed, "Content-Encoding: lzma\r\n"), [](exchange& got) -> task<void> {
        const errc code = co_await error_of(got);
        EXPECT_EQ(code, errc::unsupported_content_coding);
    });
    with_body(ok("nonsense", gzip), [](exchange& got) -> task<void> {
        const errc code = co_await error_of(got);
        EXPECT_EQ(code, errc::malformed_content);
    });
    with_body(ok(packed.substr(0, 25), gzip), [](exchange& got) -> task<void> {
        const errc code = co_await error_of(got);
        EXPECT_EQ(code, errc::truncated_content);
    });
}

TEST(DecodedBody, ABodyThatIsCutIsNotWhole) {
    const std::string cut = "HTTP/1.1 200 OK\r\nContent-Length: 30\r\n" + std::string(gzip) +
                            "\r\n" + std::string(packed);
    with_body(cut, [](exchange& got) -> task<void> {
        const errc code = co_await error_of(got);
        EXPECT_EQ(code, errc::truncated_body);
    });
}

}  // namespace
}  // namespace troika::http::testing
