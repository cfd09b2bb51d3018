// SPDX-License-Identifier: MIT
#pragma once

#include <troika/fetch/checksum.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace troika::fetch {

/// One download as a list asks for it. Nothing of the URL has been checked yet.
struct list_entry {
    list_entry() = default;

    std::string url;
    std::vector<std::string> mirrors;   // other URLs of the same file
    std::string out;                    // empty: named after the URL
    std::optional<checksum> expected;
    std::optional<std::uint64_t> size;   // if it is known before
    std::uint64_t line = 0;   // where it stands, from 1
};

/// Reads a list of downloads as its bytes arrive, holding no more than one chunk and one line.
///
/// One download a line: a URL, then, in any order, `out=NAME`, `sha256=DIGITS` (or another
/// algorithm), `checksum=ALGORITHM:DIGITS`, and any number of `mirror=URL`. A name with spaces is
/// quoted ("with \" and \\ inside") or percent-encoded. Empty lines, and words from one that begins
/// with # to the end of the line, are ignored; lines end with LF or CRLF. Thread: none of its own.
class input_list {
public:
    static constexpr std::size_t line_length_max = 64 * 1024;
    static constexpr std::size_t mirrors_max = 100;   // of a line

    /// Fills `into`, which is not empty, with what comes next. Returns: how many bytes, 0 at the
    /// end.
    using chunk_source = std::function<std::size_t(std::span<char> into)>;

    /// `name` is the list's in messages, such as `list.txt` or `standard input`.
    explicit input_list(std::string name) : name_(std::move(name)) {}

    /// Takes the next bytes of the list. Requires: next() returned nothing since the last feed().
    void feed(std::string_view chunk);
    /// Says that no more bytes come.
    void finish() noexcept { finished_ = true; }

    /// The next download of what was fed.
    /// Returns: nothing when more must be fed or, after finish(), at the end of the list.
    /// Throws: failure (usage) `NAME:LINE: what is wrong and what to write`; the line is skipped,
    /// so that the caller may go on.
    [[nodiscard]] std::optional<list_entry> next();

    /// The same, feeding itself from `source`, a chunk at a time. Returns: nothing at the end.
    [[nodiscard]] std::optional<list_entry> next_from(const chunk_source& source);

    [[nodiscard]] const std::string& name() const noexcept { return name_; }

private:
    static constexpr std::size_t chunk_size = 16 * 1024;

    [[nodiscard]] std::optional<std::string_view> take_line();
    [[nodiscard]] std::optional<list_entry> parse(std::string_view line) const;
    void parse_field(std::string_view word, list_entry& entry) const;
    [[noreturn]] void refuse(const std::string& what) const;

    std::string name_;
    std::string bytes_;   // fed, and not yet given out from position_ on
    std::size_t position_ = 0;
    std::size_t scanned_ = 0;   // no line end lies before
    std::uint64_t line_ = 0;    // the number of the line taken last
    bool skipping_ = false;     // within a line that is too long and was refused
    bool finished_ = false;
};

}  // namespace troika::fetch
