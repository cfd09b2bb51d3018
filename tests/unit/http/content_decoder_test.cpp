// SPDX-License-Identifier: MIT
#include <troika/http/content_decoder.hpp>

#include <troika/http/error.hpp>

#include "unit/http/compressed.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace troika::http::testing {
namespace {

using ::testing::HasSubstr;

// Made with the encoder of brotli, which the library does not need.
const std::string br_empty = from_hex("06");
const std::string br_cycle =   // 100'000 bytes, "abcdefghij" again and again
    from_hex("539f86815f543806c4cb471c180a00e51700cae9ec3d");
const std::string br_large_window = from_hex("111c08000268656c6c6f03");

/// Decodes with pieces of these sizes and finishes.
std::string decoded(std::string_view codings, std::string_view packed, std::size_t input_piece = 0,
                    std::size_t output_piece = 4096, expansion_limits limits = {}) {
    auto decoder = content_decoder::make(codings, limits);
    EXPECT_TRUE(decoder);
    if (!decoder) return "no decoder";
    if (input_piece == 0) input_piece = packed.size();
    std::string text;
    std::vector<std::byte> room(output_piece);
    bool ended = packed.empty();
    while (!packed.empty()) {
        // Memory of its own, so that a sanitizer sees a look beyond the piece.
        const std::string copy(packed.substr(0, input_piece));
        packed.remove_prefix(copy.size());
        std::span<const std::byte> piece = std::as_bytes(std::span(copy));
        for (bool full = false; full || !piece.empty();) {
            const auto step = decoder->decode(piece, room);
            text.append(reinterpret_cast<const char*>(room.data()), step.produced);
            piece = piece.subspan(step.consumed);
            full = step.produced == room.size();
            ended = step.ended;
            if (!full && !piece.empty()) return "stopped too early";
        }
    }
    decoder->finish();
    EXPECT_TRUE(ended);
    return text;
}

std::optional<errc> refusal(std::string_view codings, std::string_view packed,
                            expansion_limits limits = {}) {
    try {
        (void)decoded(codings, packed, 7, 4096, limits);
        return std::nullopt;
    } catch (const protocol_error& error) {
        return error.code();
    }
}

std::string long_text() {
    std::string text;
    for (int i = 0; i < 30'000; ++i) text += std::to_string(i * 7919 % 10'007) + ' ';
    return text;
}

TEST(ContentDecoder, UndoesEachCoding) {
    const std::string text = long_text();
    const std::vector<std::pair<const char*, std::string>> table = {
        {"gzip", gzipped(text)},
        {"X-GZip", gzipped(text)},
        {"deflate", deflated(text, wrapper::zlib)},
        {"deflate", deflated(text, wrapper::none)},
        {" identity ,, zstd", zstd_packed(text)},
    };
    for (const auto& [coding, packed] : table) {
        EXPECT_LT(packed.size(), text.size());
        EXPECT_TRUE(decoded(coding, packed) == text) << coding;
        EXPECT_TRUE(decoded(coding, packed, 1, 4096) == text) << coding;
        EXPECT_TRUE(decoded(coding, packed, 0, 1) == text) << coding;
        EXPECT_TRUE(decoded(coding, packed, 1000, 333) == text) << coding;
    }
    EXPECT_EQ(decoded("br", br_hello, 1, 1), "hello hello hello, world");
    const std::string cycle = decoded("BR", br_cycle, 3, 77);
    EXPECT_EQ(cycle.size(), 100'000u);
    EXPECT_TRUE(cycle.starts_with("abcdefghijabcdefghij") && cycle.ends_with("hij"));
}

TEST(ContentDecoder, UndoesCodingsInOneAnother) {
    const std::string text = long_text();
    const std::string packed = gzipped(zstd_packed(deflated(text, wrapper::zlib)));
    for (const std::size_t piece : {0u, 1u, 999u})
        EXPECT_TRUE(decoded("deflate, zstd, gzip", packed, piece, 1000) == text) << piece;
    EXPECT_EQ(decoded("br, gzip", gzipped(br_hello), 1, 1), "hello hello hello, world");
    EXPECT_EQ(refusal("zstd, deflate, gzip", packed), errc::malformed_content);
}

TEST(ContentDecoder, TakesEmptyContents) {
    for (const char* coding : {"gzip", "deflate", "br", "zstd", "gzip, zstd"})
        EXPECT_EQ(decoded(coding, ""), "") << coding;
    EXPECT_EQ(decoded("gzip", gzipped(""), 1), "");
    EXPECT_EQ(decoded("deflate", deflated("", wrapper::zlib), 1), "");
    EXPECT_EQ(decoded("deflate", deflated("", wrapper::none), 1), "");
    EXPECT_EQ(decoded("br", br_empty), "");
    EXPECT_EQ(decoded("zstd", zstd_packed(""), 1), "");
    EXPECT_EQ(decoded("deflate", deflated("a", wrapper::none), 1), "a");
}

TEST(ContentDecoder, TakesMembersAndFramesOneAfterAnother) {
    const std::string members = gzipped("one, ") + gzipped("") + gzipped("two");
    EXPECT_EQ(decoded("gzip", members), "one, two");
    EXPECT_EQ(decoded("gzip", members, 1, 1), "one, two");
    const std::string frames = zstd_packed("one, ") + zstd_packed("") + zstd_packed("two");
    EXPECT_EQ(decoded("zstd", frames), "one, two");
    EXPECT_EQ(decoded("zstd", frames, 1, 1), "one, two");
}

TEST(ContentDecoder, SaysWhenTheContentIsWhole) {
    for (const auto& [coding, packed] : std::initializer_list<std::pair<const char*, std::string>>{
             {"gzip", gzipped("text")},
             {"deflate", deflated("text", wrapper::zlib)},
             {"zstd", zstd_packed("text")},
             {"br", br_hello}}) {
        auto decoder = content_decoder::make(coding);
        std::array<std::byte, 100> room;
        const auto bytes = std::as_bytes(std::span(packed));
        const auto before = decoder->decode(bytes.first(bytes.size() - 1), room);
        EXPECT_FALSE(before.ended) << coding;
        EXPECT_THROW(decoder->finish(), protocol_error) << coding;
        const auto last = decoder->decode(bytes.last(1), room);
        EXPECT_TRUE(last.ended) << coding;
        EXPECT_EQ(last.consumed, 1u);
        EXPECT_NO_THROW(decoder->finish()) << coding;
        for (int i = 0; i < 40; ++i) {   // asked again, it stays at its end
            const auto after = decoder->decode({}, room);
            EXPECT_TRUE(after.ended && after.produced == 0) << coding;
        }
    }
}

TEST(ContentDecoder, WaitsForInputAsOftenAsItIsAsked) {
    for (const auto& [coding, packed] : std::initializer_list<std::pair<const char*, std::string>>{
             {"gzip", gzipped("text")}, {"zstd", zstd_packed("text")}, {"br", br_hello}}) {
        auto decoder = content_decoder::make(coding);
        std::array<std::byte, 100> room;
        (void)decoder->decode(std::as_bytes(std::span(packed)).first(3), room);
        for (int i = 0; i < 40; ++i) EXPECT_EQ(decoder->decode({}, room).produced, 0u) << coding;
    }
}

TEST(ContentDecoder, RefusesATruncatedBody) {
    const std::string text = long_text();
    for (const auto& [coding, packed] : std::initializer_list<std::pair<const char*, std::string>>{
             {"gzip", gzipped(text)},
             {"deflate", deflated(text, wrapper::zlib)},
             {"deflate", deflated(text, wrapper::none)},
             {"zstd", zstd_packed(text)},
             {"zstd, gzip", gzipped(zstd_packed(text))},
             {"br", br_cycle}}) {
        for (const std::size_t size : {std::size_t{1}, packed.size() / 2, packed.size() - 1})
            EXPECT_EQ(refusal(coding, packed.substr(0, size)), errc::truncated_content)
                << coding << " " << size;
    }
    // The outer coding is whole, the inner is not.
    const std::string inner = zstd_packed(text);
    EXPECT_EQ(refusal("zstd, gzip", gzipped(inner.substr(0, inner.size() - 1))),
              errc::truncated_content);
    EXPECT_EQ(refusal("gzip", gzipped("one") + gzipped("two").substr(0, 5)),
              errc::truncated_content);
}

TEST(ContentDecoder, RefusesWhatFollowsTheEnd) {
    EXPECT_EQ(refusal("gzip", gzipped("text") + "rubbish"), errc::malformed_content);
    EXPECT_EQ(refusal("gzip", gzipped("text") + std::string(10, '\0')), errc::malformed_content);
    EXPECT_EQ(refusal("deflate", deflated("text", wrapper::zlib) + "r"), errc::malformed_content);
    EXPECT_EQ(refusal("deflate", deflated("text", wrapper::none) + "r"), errc::malformed_content);
    EXPECT_EQ(refusal("deflate", deflated("", wrapper::none) + "r"), errc::malformed_content);
    EXPECT_EQ(refusal("br", br_hello + "r"), errc::malformed_content);
    EXPECT_EQ(refusal("zstd", zstd_packed("text") + "rubbish"), errc::malformed_content);
}

TEST(ContentDecoder, RefusesWhatIsNotOfTheCoding) {
    for (const char* coding : {"gzip", "br", "zstd", "deflate"})
        EXPECT_EQ(refusal(coding, "<!doctype html><title>plain text</title>"),
                  errc::malformed_content)
            << coding;
    std::string wrong_sum = gzipped("text");
    wrong_sum[wrong_sum.size() - 8] ^= 1;
    EXPECT_EQ(refusal("gzip", wrong_sum), errc::malformed_content);
    wrong_sum = zstd_packed("text");
    wrong_sum.back() ^= 1;
    EXPECT_EQ(refusal("zstd", wrong_sum), errc::malformed_content);
    try {
        (void)decoded("gzip", "not gzip at all");
        ADD_FAILURE() << "it was decoded";
    } catch (const protocol_error& error) {
        EXPECT_THAT(error.what(), HasSubstr("content coding gzip"));
        EXPECT_THAT(error.what(), HasSubstr("incorrect header check"));
    }
}

TEST(ContentDecoder, RefusesWindowsThatAreTooLarge) {
    const std::string text(100'000, 'a');
    EXPECT_TRUE(decoded("zstd", zstd_packed(text, 23)) == text);
    EXPECT_EQ(refusal("zstd", zstd_packed(text, 24)), errc::malformed_content);
    EXPECT_EQ(refusal("br", br_large_window), errc::malformed_content);
}

TEST(ContentDecoder, RefusesToExpandWithoutLimit) {
    const std::string zeros(4'000'000, '\0');
    EXPECT_EQ(refusal("br", br_zeros), errc::content_expands_too_much);
    EXPECT_EQ(refusal("zstd", zstd_packed(zeros)), errc::content_expands_too_much);
    // Each of the two alone stays within the limit.
    EXPECT_EQ(refusal("gzip", gzipped(zeros), {.ratio_max = 1100}), std::nullopt);
    EXPECT_EQ(refusal("gzip, gzip", gzipped(gzipped(zeros)), {.ratio_max = 1100}),
              errc::content_expands_too_much);
    EXPECT_EQ(refusal("br", br_zeros, {.ratio_max = 0}), std::nullopt);
    EXPECT_EQ(refusal("br", br_zeros, {.ratio_max = 1, .bytes_free = 4'000'000}), std::nullopt);
    EXPECT_EQ(refusal("gzip", gzipped(std::string(1000, 'a')), {.ratio_max = 2, .bytes_free = 0}),
              errc::content_expands_too_much);
    EXPECT_EQ(refusal("gzip", gzipped(long_text())), std::nullopt);
}

TEST(ContentDecoder, IsMadeOnlyWhereThereIsSomethingToUndo) {
    EXPECT_FALSE(content_decoder::make(""));
    EXPECT_FALSE(content_decoder::make(" , "));
    EXPECT_FALSE(content_decoder::make("identity, Identity"));
    EXPECT_TRUE(content_decoder::make("gzip,gzip , gzip"));
}

TEST(ContentDecoder, RefusesCodingsThatItDoesNotKnow) {
    for (const char* bad : {"compress", "gzip2", "gzip;q=1", "gzip br", "gzip, foo", "dcb",
                            "gzip, gzip, gzip, gzip"}) {
        try {
            (void)content_decoder::make(bad);
            ADD_FAILURE() << bad;
        } catch (const protocol_error& error) {
            EXPECT_EQ(error.code(), errc::unsupported_content_coding) << bad;
        }
    }
    try {
        (void)content_decoder::make("a\x1b[2J");
        ADD_FAILURE() << "it was taken";
    } catch (const protocol_error& error) {
        EXPECT_THAT(error.what(), HasSubstr("\"a?[2J\"; gzip, deflate, br and zstd are"));
    }
}

TEST(ContentDecoder, AcceptsWhatItReads) {
    std::string_view rest = accepted_codings();
    EXPECT_EQ(rest, "gzip, deflate, br, zstd");
    while (!rest.empty()) {
        const std::size_t comma = std::min(rest.find(", "), rest.size());
        EXPECT_TRUE(content_decoder::make(rest.substr(0, comma)));
        rest.remove_prefix(std::min(comma + 2, rest.size()));
    }
}

TEST(ContentDecoder, CanBeMoved) {
    const std::string packed = gzipped("text");
    auto first = content_decoder::make("gzip");
    std::array<std::byte, 100> room;
    const auto bytes = std::as_bytes(std::span(packed));
    auto step = first->decode(bytes.first(12), room);
    content_decoder second = std::move(*first);
    EXPECT_TRUE(second.decode(bytes.subspan(step.consumed), room).ended);
}

}  // namespace
}  // namespace troika::http::testing
