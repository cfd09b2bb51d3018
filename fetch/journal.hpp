// SPDX-License-Identifier: MIT
#pragma once

#include "fetch/segment_plan.hpp"

#include <troika/fetch/checksum.hpp>

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troika::fetch {

/// What is known of a file that is not whole yet: the note `NAME.part.journal` beside `NAME.part`,
/// from which a later run resumes.
///
/// The note is text, a field a line, closed by a checksum of its own, so that one torn by a crash
/// is recognised; who writes it replaces it whole (temporary name, fsync, rename), and only after
/// the bytes that it promises are on disk.
///
/// A running digest cannot be stored (OpenSSL 3 exports no state), so `prefix` is the finished
/// digest of the first `durable` bytes. The next run reads these bytes again, which it must do
/// anyway to go on computing a checksum, and resumes only if the digest is the same: bytes that a
/// crash without --no-fsync could not lose, but a crash with it, a disk, or another program may
/// have changed, are found out here and not under the final name. A download that computes no
/// checksum stores no prefix and need not read anything again.
struct journal {
    static constexpr std::size_t bytes_max = 64 * 1024;
    /// Bytes of the file between two notes: what a kill can cost.
    static constexpr std::uint64_t interval = std::uint64_t{32} << 20;

    journal() = default;

    std::string url;         // as asked for, before redirects, without credentials
    std::string validator;   // for If-Range: a strong entity tag with its quotes, or an HTTP date
    std::optional<std::uint64_t> size;   // of the whole file, if the server told
    std::uint64_t durable = 0;           // bytes of NAME.part that are on disk, from its beginning
    std::vector<file_range> written;     // all that is on disk, where there are gaps; else empty
    std::optional<checksum> prefix;      // of these bytes

    /// Ranges that a note holds at most; of more, the longest.
    static constexpr std::size_t ranges_max = 1000;

    /// Where the last byte that is on disk ends.
    [[nodiscard]] std::uint64_t end() const noexcept {
        return written.empty() ? durable : written.back().end;
    }

    friend bool operator==(const journal&, const journal&) noexcept = default;
};

/// The text to be stored.
/// Throws: std::invalid_argument when url or validator hold control characters, or are so long that
/// the text would exceed journal::bytes_max; such a download cannot be resumed.
[[nodiscard]] std::string serialize(const journal& note);

/// Reads what serialize() wrote.
/// Returns: the reason, for -v, when `text` cannot be relied on (torn, changed, from a newer
/// version): the download then starts over.
[[nodiscard]] std::expected<journal, std::string> parse_journal(std::string_view text);

/// What If-Range may hold for a response: its entity tag if that is strong, else its Last-Modified
/// date if the server's own Date proves that it cannot change unnoticed (it lies a second or more
/// before), else nothing, and the download cannot be resumed. The times are the meanings of the two
/// headers. Source: RFC 9110, sections 8.8.2.2 and 13.1.5.
[[nodiscard]] std::string_view pick_validator(
    std::string_view etag, std::string_view last_modified,
    std::optional<std::chrono::sys_seconds> last_modified_time,
    std::optional<std::chrono::sys_seconds> date) noexcept;

}  // namespace troika::fetch
