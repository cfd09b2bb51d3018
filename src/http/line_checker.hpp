// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace troika::http {

/// Looks at every byte of a message that is not its body, beside llhttp, which forgives more than
/// is safe (and more or less of it, depending on how it was compiled).
///
/// It holds that lines end with CRLF and only with CRLF, that no line continues the one before it,
/// that the data of a chunk ends where its size says, and that lines have limits. It keeps the
/// start line, which llhttp does not show as it was.
class line_checker {
public:
    enum class section : std::uint8_t { head, chunks, trailers };

    line_checker(std::size_t start_line_bytes_max, std::size_t chunk_extension_bytes_max) noexcept
        : start_line_bytes_max_(start_line_bytes_max),
          chunk_extension_bytes_max_(chunk_extension_bytes_max) {}

    void begin_head() noexcept;
    void begin(section next) noexcept {
        section_ = next;
        line_bytes_ = 0;
    }

    /// The data of a chunk is over: the next line must be empty.
    void expect_empty_line() noexcept { empty_line_expected_ = true; }

    /// Returns: how many bytes it has looked at: all, unless the start line has ended on the way,
    /// which is to be read before what follows it.
    /// Throws: protocol_error.
    std::size_t check(std::string_view all);

    [[nodiscard]] bool has_start_line() const noexcept { return has_start_line_; }
    /// Returns: without its CRLF; as far as it has come.
    [[nodiscard]] std::string_view start_line() const noexcept { return start_line_; }
    /// Returns: whether the line that has just ended was empty, and no other has begun.
    [[nodiscard]] bool after_empty_line() const noexcept {
        return line_bytes_ == 0 && last_line_bytes_ == 2;
    }

private:
    void check_line_begin(char first) const;
    void check_line_end(std::string_view piece, bool whole);
    void keep_start_line(std::string_view piece, bool whole);
    void charge_chunk_line(bool whole);

    // set at construction
    const std::size_t start_line_bytes_max_;
    const std::size_t chunk_extension_bytes_max_;
    // of the message
    section section_ = section::head;
    bool has_start_line_ = false;
    bool empty_line_expected_ = false;
    bool after_cr_ = false;
    std::size_t leading_empty_lines_ = 0;
    std::size_t extension_bytes_ = 0;     // of lines that have ended
    std::size_t line_bytes_ = 0;          // of the line that has begun
    std::size_t last_line_bytes_ = 0;
    std::string start_line_;
};

}  // namespace troika::http
