// SPDX-License-Identifier: MIT
#include "http/line_checker.hpp"

#include <troika/http/error.hpp>

namespace troika::http {

namespace {

// Some old clients send an empty line after a body (RFC 9112, 2.2).
constexpr std::size_t leading_empty_lines_max = 2;
// A size in sixteen digits and the CRLF. What is longer, be it by leading zeros, is charged as an
// extension.
constexpr std::size_t plain_chunk_line_bytes_max = 18;

}  // namespace

void line_checker::begin_head() noexcept {
    begin(section::head);
    has_start_line_ = false;
    empty_line_expected_ = false;
    after_cr_ = false;
    leading_empty_lines_ = 0;
    extension_bytes_ = 0;
    last_line_bytes_ = 0;
    start_line_.clear();
}

std::size_t line_checker::check(std::string_view all) {
    const bool had_start_line = has_start_line_;
    std::string_view bytes = all;
    while (!bytes.empty() && has_start_line_ == had_start_line) {
        if (line_bytes_ == 0) check_line_begin(bytes.front());
        const std::size_t line_feed = bytes.find('\n');
        const bool whole = line_feed != bytes.npos;
        const std::string_view piece = whole ? bytes.substr(0, line_feed + 1) : bytes;
        check_line_end(piece, whole);
        line_bytes_ += piece.size();
        if (section_ == section::head && !has_start_line_) keep_start_line(piece, whole);
        if (section_ == section::chunks) charge_chunk_line(whole);
        if (whole) {
            last_line_bytes_ = line_bytes_;
            line_bytes_ = 0;
            empty_line_expected_ = false;
        }
        bytes.remove_prefix(piece.size());
    }
    return all.size() - bytes.size();
}

void line_checker::check_line_begin(char first) const {
    if (empty_line_expected_ && first != '\r')
        throw protocol_error(errc::invalid_chunk,
                             "a chunk of the body is not as long as its size says");
    const bool continues_a_field = section_ == section::trailers ||
                                   (section_ == section::head && has_start_line_);
    if (continues_a_field && (first == ' ' || first == '\t'))
        throw protocol_error(errc::folded_header,
                             "a header is folded over two lines, which is obsolete and refused");
}

void line_checker::check_line_end(std::string_view piece, bool whole) {
    const std::size_t expected = piece.size() - (whole ? 2 : 1);   // wraps for a lone "\n"
    const std::size_t cr = piece.find('\r');
    if ((after_cr_ && piece.front() != '\n') || (cr != piece.npos && cr != expected))
        throw protocol_error(errc::bare_carriage_return, "a CR stands without its LF");
    if (whole && cr == piece.npos && !(after_cr_ && piece.size() == 1))
        throw protocol_error(errc::bare_line_feed, "a line ends with LF instead of CRLF");
    after_cr_ = !whole && cr != piece.npos;
}

void line_checker::keep_start_line(std::string_view piece, bool whole) {
    if (piece.size() > start_line_bytes_max_ + 2 - start_line_.size())
        throw protocol_error(errc::start_line_too_long,
                             "the first line is longer than " +
                                 std::to_string(start_line_bytes_max_) + " bytes");
    start_line_.append(piece);
    if (!whole) return;
    start_line_.resize(start_line_.size() - 2);
    has_start_line_ = !start_line_.empty();
    if (!has_start_line_ && ++leading_empty_lines_ > leading_empty_lines_max)
        throw protocol_error(errc::invalid_start_line,
                             "there are empty lines instead of a message");
}

void line_checker::charge_chunk_line(bool whole) {
    const std::size_t over =
        line_bytes_ > plain_chunk_line_bytes_max ? line_bytes_ - plain_chunk_line_bytes_max : 0;
    if (extension_bytes_ + over > chunk_extension_bytes_max_)
        throw protocol_error(errc::chunk_extensions_too_large,
                             "the chunk extensions of the body take more than " +
                                 std::to_string(chunk_extension_bytes_max_) + " bytes");
    if (whole) extension_bytes_ += over;
}

}  // namespace troika::http
