// SPDX-License-Identifier: MIT
#pragma once

#include "../tests/unit/http/parser_recorder.hpp"

#include <troika/base/check.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace troika::http::testing {

/// Feeds the rest of the input whole and in pieces, and checks that both say the same. The first
/// byte chooses, the second seeds the cuts.
template <class Parser, class Prepare>
void compare_whole_with_cut(std::string_view input, Prepare&& prepare, int messages_max) {
    if (input.size() < 2) return;
    const auto choice = static_cast<std::uint8_t>(input[0]);
    auto dice = static_cast<std::uint32_t>(static_cast<std::uint8_t>(input[1]));
    input.remove_prefix(2);
    const parser_limits limits{.start_line_bytes_max = 256,
                               .head_bytes_max = 2048,
                               .header_count_max = 20,
                               .chunk_extension_bytes_max = 32,
                               .trailer_bytes_max = 128};
    const auto record = [&](auto&& next_size) {
        Parser parser(limits);
        prepare(parser, choice);
        recorder said(parser, messages_max);
        std::string_view rest = input;
        bool open = true;
        while (open && !rest.empty()) {
            // Memory of its own, so that a sanitizer sees a look beyond the piece.
            const std::string piece(rest.substr(0, std::max<std::size_t>(1, next_size())));
            rest.remove_prefix(piece.size());
            open = said.feed(piece);
        }
        if (open) said.finish();
        return said.said();
    };
    const recording whole = record([&] { return input.size(); });
    recording cut = record([&] {
        dice = dice * 1'664'525u + 1'013'904'223u;
        return std::size_t{dice >> 24} % 9;
    });
    if (whole.error && cut.error) cut.error = whole.error;   // of two faults either may be named
    check(whole == cut, "a message must not depend on how it is cut");
}

}  // namespace troika::http::testing
