// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troika::http {

/// A part of a file: both ends are in it.
struct byte_range {
    std::uint64_t first = 0;
    std::uint64_t last = 0;

    [[nodiscard]] constexpr std::uint64_t size() const noexcept { return last - first + 1; }
    friend bool operator==(const byte_range&, const byte_range&) = default;
};

/// What a server does about a Range header.
enum class range_answer : std::uint8_t {
    whole,           // send everything with 200: no Range, not one in bytes, malformed or abusive
    parts,           // send `ranges` with 206
    unsatisfiable,   // send 416 with unsatisfied_content_range()
};

struct range_request {
    range_answer answer = range_answer::whole;
    std::vector<byte_range> ranges;   // in the order asked for, cut to the size of the file
};

/// A request with more ranges than this is answered with the whole file.
inline constexpr std::size_t ranges_max = 32;

/// Returns: what `value`, a Range header (`bytes=0-499,-500`), asks of a file of `size` bytes.
///
/// Parts that lie beyond the end fall away; more than ranges_max parts, or parts that together are
/// larger than the file, ask a server for more work than the file is worth, and get the whole.
/// Source: RFC 9110, section 14.
[[nodiscard]] range_request parse_range(std::string_view value, std::uint64_t size);

/// Returns: a Range header for the bytes from `first` on, to `last` or to the end.
[[nodiscard]] std::string format_range(std::uint64_t first,
                                       std::optional<std::uint64_t> last = std::nullopt);

/// What a Content-Range header says: which part this is, of how much.
struct content_range {
    std::optional<byte_range> range;      // nothing in `bytes */1234`, which comes with 416
    std::optional<std::uint64_t> total;   // nothing in `bytes 0-9/*`

    friend bool operator==(const content_range&, const content_range&) = default;
};

/// Returns: what a Content-Range header says; nothing where it is malformed, not in bytes, or
/// contradicts itself (first after last, last beyond the total).
[[nodiscard]] std::optional<content_range> parse_content_range(std::string_view value);

[[nodiscard]] std::string format_content_range(byte_range range, std::uint64_t total);
[[nodiscard]] std::string unsatisfied_content_range(std::uint64_t total);

}  // namespace troika::http
