// SPDX-License-Identifier: MIT
// Any bytes in any content coding: cut anywhere they give the same text, or are refused, and never
// expand beyond the limit. The first byte chooses the coding, the second seeds the cuts.
#include <troika/base/check.hpp>
#include <troika/http/content_decoder.hpp>
#include <troika/http/error.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace troika::http;
using troika::check;

constexpr expansion_limits limits{.ratio_max = 100, .bytes_free = 4096};

template <class NextSize>
std::optional<std::string> decoded(std::string_view coding, std::string_view packed,
                                   std::size_t room_size, NextSize&& next_size) {
    try {
        auto decoder = content_decoder::make(coding, limits);
        std::string text;
        std::vector<std::byte> room(room_size);
        const std::size_t text_max = packed.size() * limits.ratio_max + limits.bytes_free;
        while (!packed.empty()) {
            // Memory of its own, so that a sanitizer sees a look beyond the piece.
            const std::string piece(packed.substr(0, std::max<std::size_t>(1, next_size())));
            packed.remove_prefix(piece.size());
            auto rest = std::as_bytes(std::span(piece));
            for (bool full = false; full || !rest.empty();) {
                const auto step = decoder->decode(rest, room);
                check(step.consumed > 0 || step.produced > 0 || rest.empty(), "decoding goes on");
                text.append(reinterpret_cast<const char*>(room.data()), step.produced);
                rest = rest.subspan(step.consumed);
                full = step.produced == room.size();
                check(full || rest.empty(), "it stops when there is no input or no room");
            }
        }
        decoder->finish();
        check(text.size() <= text_max, "a body expands within its limit");
        return text;
    } catch (const protocol_error&) {
        return std::nullopt;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    constexpr std::array<std::string_view, 6> codings = {
        "gzip", "deflate", "br", "zstd", "br, deflate", "gzip, zstd, gzip"};
    const std::string_view coding = codings[data[0] % codings.size()];
    std::uint32_t dice = data[1];
    const std::string_view packed(reinterpret_cast<const char*>(data + 2), size - 2);
    const auto whole = decoded(coding, packed, 64 * 1024, [&] { return packed.size(); });
    const auto cut = decoded(coding, packed, 1 + dice % 50, [&] {
        dice = dice * 1'664'525u + 1'013'904'223u;
        return std::size_t{dice >> 24} % 9;
    });
    // A body at the edge of its limit may pass with large pieces: there the end comes sooner.
    if (whole && cut) check(*whole == *cut, "a body must not depend on how it is cut");
    return 0;
}
