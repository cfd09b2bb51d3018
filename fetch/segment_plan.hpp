// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace troika::fetch {

/// Bytes of a file from `begin` up to, and not including, `end`.
struct file_range {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;

    [[nodiscard]] constexpr std::uint64_t size() const noexcept { return end - begin; }
    [[nodiscard]] constexpr bool empty() const noexcept { return begin == end; }
    friend bool operator==(const file_range&, const file_range&) = default;
};

/// Who fetches which part of one file of known size, when several connections do.
///
/// Each worker asks for a segment with next(), fetches rest(), says with advance() what it has
/// written, and leaves with end(), done or not. Nothing here waits or does input and output.
/// Thread: none of its own.
class segment_plan {
public:
    static constexpr std::uint32_t connections_max = 256;

    /// Names a part that a worker has, from next() to end().
    using segment = std::uint32_t;

    /// Divides what is missing of `size` bytes among `connections` workers, no part smaller than
    /// `min_split` unless a hole is. `written`: what an earlier run has left, as parse_ranges()
    /// gives it. Requires: 1 <= connections <= connections_max, min_split > 0.
    segment_plan(std::uint64_t size, std::uint32_t connections, std::uint64_t min_split,
                 std::span<const file_range> written = {});

    /// Gives work to a worker that has none: the first part that nobody has, or else the second
    /// half of the largest rest of another, if that half has at least `min_split` bytes.
    /// Returns: nothing when there is no work for one more, which may change with an end().
    [[nodiscard]] std::optional<segment> next();

    /// What its worker still has to fetch. The end comes nearer when another worker takes the
    /// second half: look after each wait, before asking for more bytes or writing them.
    [[nodiscard]] file_range rest(segment of) const;

    /// Says that the next `bytes` of the segment are written. Of more than the rest only the rest
    /// counts: somebody else has taken on what lies behind, and may write it again.
    /// Returns: how many counted.
    std::uint64_t advance(segment of, std::uint64_t bytes);

    /// Says that its worker is done with the segment, or has failed: what remains of it is work for
    /// others. The name may be given to another segment from now on.
    void end(segment of);

    /// Whether every byte is written.
    [[nodiscard]] bool done() const noexcept { return written_bytes_ == size_; }
    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
    [[nodiscard]] std::uint64_t written_bytes() const noexcept { return written_bytes_; }
    /// How many bytes from the start are written without a gap.
    [[nodiscard]] std::uint64_t prefix() const noexcept;
    /// How many segments have workers.
    [[nodiscard]] std::size_t active() const noexcept { return active_; }

    /// What is written, and what is not: sorted, none touching another. Written is not yet on disk:
    /// who keeps a note takes written() first, then syncs the file, then writes the note.
    [[nodiscard]] std::vector<file_range> written() const;
    [[nodiscard]] std::vector<file_range> holes() const;

private:
    struct part {
        file_range rest;
        bool active = false;
    };

    segment start(file_range rest);

    const std::uint64_t size_;
    const std::uint64_t min_split_;
    std::uint64_t written_bytes_ = 0;
    std::map<std::uint64_t, std::uint64_t> written_;   // begin and end; none touches another
    std::map<std::uint64_t, std::uint64_t> free_;      // the same, of what nobody has
    std::vector<part> parts_;                          // by segment
    std::size_t active_ = 0;
};

/// The most ranges that a text may hold.
inline constexpr std::size_t file_ranges_max = 4096;

/// Ranges as text for a journal, `0-1048575,4194304-5242879`: first and last byte of each, at most
/// 42 characters a range. Of more than `count_max`, the longest are kept; the others are fetched
/// again.
/// Requires: sorted, none empty, none touching another, as segment_plan::written() gives them.
[[nodiscard]] std::string serialize_ranges(std::span<const file_range> ranges,
                                           std::size_t count_max = file_ranges_max);

/// Reads what serialize_ranges() wrote for a file of `size` bytes; empty text is no range.
/// Returns: the reason, for -v, when `text` cannot be relied on: anything but decimal numbers
/// without leading zeros, ranges that are unsorted, overlap, touch or lie beyond `size`, or more
/// than file_ranges_max of them.
[[nodiscard]] std::expected<std::vector<file_range>, std::string> parse_ranges(
    std::string_view text, std::uint64_t size);

}  // namespace troika::fetch
