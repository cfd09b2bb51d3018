// SPDX-License-Identifier: MIT
#include "fetch/body_reader.hpp"

#include <troika/core/task_owner.hpp>

#include "unit/http/scripted_server.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troika::fetch {
namespace {

using namespace std::chrono_literals;
using namespace http::testing;

// gzip of 1,000 letters a.
constexpr std::string_view packed{
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x4b\x4c\x1c\x05\xa3\x60\x14\x0c\x77\x00\x00\x03\xda"
    "\x38\x9a\xe8\x03\x00\x00",
    29};

std::string text_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

struct counted {
    std::uint64_t run = 0, file = 0, progress = 0;
};

/// Lets `read` have the body of `reply`, in virtual time.
void with_body(const std::string& reply, task_maker<http::exchange&> read) {
    scripted_server* here = nullptr;
    run_virtual(
        [&](net::stream& peer, std::size_t) -> task<void> {
            std::vector<std::string> replies{reply};
            co_await reply_each(*here, peer, std::move(replies));
        },
        [&](scripted_server& server, http::client& asking) -> task<void> {
            here = &server;
            const http::url where = http::url::parse(server.url("/"));
            http::request_options options;
            options.accept_codings = true;
            http::exchange got = co_await asking.open("GET", where, options);
            co_await read(got);
        });
}

TEST(BodyReader, FillsAndCounts) {
    with_body(ok("0123456789"), [](http::exchange& got) -> task<void> {
        rate_limiter limiter(0);
        rate_limiter::share share(0);
        counted all;
        const read_counters counters{all.run, all.file, &all.progress};
        body_reader body(got, limiter, share, counters, false);
        EXPECT_FALSE(body.coded());
        std::array<std::byte, 7> piece;
        std::size_t count = co_await body.fill(piece);
        EXPECT_EQ(text_of(std::span(piece).first(count)), "0123456");
        EXPECT_EQ(all.progress, 7u);
        count = co_await body.fill(piece);
        EXPECT_EQ(text_of(std::span(piece).first(count)), "789");
        count = co_await body.fill(piece);
        EXPECT_EQ(count, 0u);
        EXPECT_EQ(all.run, 10u);
        EXPECT_EQ(all.file, 10u);
        EXPECT_EQ(all.progress, 10u);
    });
}

TEST(BodyReader, KnowsWhatCameBeforeAFailure) {
    const std::string cut = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n0123456789";
    with_body(cut, [](http::exchange& got) -> task<void> {
        rate_limiter limiter(0);
        rate_limiter::share share(0);
        counted all;
        const read_counters counters{all.run, all.file, &all.progress};
        body_reader body(got, limiter, share, counters, false);
        std::array<std::byte, 50> piece;
        bool failed = false;
        try {
            co_await body.fill(piece);
        } catch (const http::protocol_error&) {
            failed = true;
        }
        EXPECT_TRUE(failed);
        EXPECT_EQ(text_of(std::span(piece).first(body.filled())), "0123456789");
        EXPECT_EQ(all.progress, 10u);
    });
}

TEST(BodyReader, MayLeaveTheProgressToOthers) {
    with_body(ok("0123456789"), [](http::exchange& got) -> task<void> {
        rate_limiter limiter(0);
        rate_limiter::share share(0);
        counted all;
        body_reader body(got, limiter, share, {.run = all.run, .file = all.file}, false);
        std::array<std::byte, 20> piece;
        const std::size_t count = co_await body.fill(piece);
        EXPECT_EQ(count, 10u);
        EXPECT_EQ(all.run, 10u);
    });
}

TEST(BodyReader, DecodesOnlyIfThatWasAskedFor) {
    const std::string reply = ok(packed, "Content-Encoding: gzip\r\n");
    for (const bool asked : {true, false})
        with_body(reply, [asked](http::exchange& got) -> task<void> {
            rate_limiter limiter(0);
            rate_limiter::share share(0);
            counted all;
            body_reader body(got, limiter, share, {.run = all.run, .file = all.file}, asked);
            EXPECT_EQ(body.coded(), asked);
            std::array<std::byte, 2000> piece;
            const std::size_t count = co_await body.fill(piece);
            EXPECT_EQ(count, asked ? 1000u : packed.size());
        });
}

// Of the two limits the lower one counts.
TEST(BodyReader, KeepsToTheLimits) {
    struct row {
        std::uint64_t run, file;
    };
    for (const row& limits : {row{10'000, 0}, row{0, 10'000}, row{10'000, 50'000}})
        with_body(ok(std::string(100'000, 'x')), [limits](http::exchange& got) -> task<void> {
            rate_limiter limiter(limits.run);
            rate_limiter::share share(limits.file);
            counted all;
            body_reader body(got, limiter, share, {.run = all.run, .file = all.file}, false);
            std::vector<std::byte> memory(100'000);
            scheduler& home = current_task().home();
            const time_point began = home.now();
            const std::size_t count = co_await body.fill(memory);
            EXPECT_EQ(count, 100'000u);
            EXPECT_GE(home.now() - began, 9'900ms);
            EXPECT_LE(home.now() - began, 10'500ms);
        });
}

}  // namespace
}  // namespace troika::fetch
