// SPDX-License-Identifier: MIT
#include <troika/fetch/input_list.hpp>

#include "fetch/printable.hpp"

#include <troika/fetch/failure.hpp>
#include <troika/http/percent.hpp>

#include <algorithm>
#include <utility>

namespace troika::fetch {
namespace {

constexpr std::string_view blanks = " \t";

// Takes the first word of `text`: up to a blank that no quotes enclose. `balanced` tells whether
// the quotes were closed.
std::string_view take_word(std::string_view& text, bool& balanced) noexcept {
    bool quoted = false;
    std::size_t end = 0;
    for (; end < text.size(); ++end) {
        const char c = text[end];
        if (quoted && c == '\\' && end + 1 < text.size())
            ++end;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && blanks.contains(c))
            break;
    }
    balanced = !quoted;
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(end);
    return word;
}

std::string unquote(std::string_view quoted) {
    std::string text;
    for (std::size_t at = 0; at < quoted.size(); ++at) {
        if (quoted[at] == '\\' && at + 1 < quoted.size()) ++at;
        text += quoted[at];
    }
    return text;
}

bool is_control(unsigned char c) noexcept { return (c < 0x20 && c != '\t') || c == 0x7f; }

}  // namespace

void input_list::feed(std::string_view chunk) {
    bytes_.erase(0, position_);
    scanned_ -= position_;
    position_ = 0;
    bytes_.append(chunk);
}

std::optional<std::string_view> input_list::take_line() {
    const std::size_t end = bytes_.find('\n', scanned_);
    if (end == std::string::npos) {
        scanned_ = bytes_.size();
        // A line that is too long is not kept: what there is of it goes, the rest will be skipped.
        if (scanned_ - position_ > line_length_max) {
            const bool first_piece = !skipping_;
            position_ = scanned_;
            skipping_ = true;
            if (first_piece) {
                ++line_;
                refuse("the line is longer than " + std::to_string(line_length_max) +
                       " bytes; is this a list of URLs, one a line?");
            }
        }
        if (!finished_ || position_ == bytes_.size()) return std::nullopt;
    }
    const std::size_t stop = std::min(end, bytes_.size());
    std::string_view line = std::string_view(bytes_).substr(position_, stop - position_);
    position_ = scanned_ = end == std::string::npos ? stop : stop + 1;
    if (std::exchange(skipping_, false)) return std::string_view();   // the end of the refused line
    ++line_;
    if (line.size() > line_length_max)
        refuse("the line is longer than " + std::to_string(line_length_max) +
               " bytes; is this a list of URLs, one a line?");
    if (line.ends_with('\r')) line.remove_suffix(1);
    constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
    if (line_ == 1 && line.starts_with(byte_order_mark)) line.remove_prefix(byte_order_mark.size());
    return line;
}

std::optional<list_entry> input_list::next() {
    while (const auto line = take_line())
        if (auto entry = parse(*line)) return entry;
    return std::nullopt;
}

std::optional<list_entry> input_list::next_from(const chunk_source& source) {
    for (;;) {
        if (auto entry = next()) return entry;
        if (finished_) return std::nullopt;
        char chunk[chunk_size];
        const std::size_t size = source(chunk);
        if (size == 0)
            finish();
        else
            feed(std::string_view(chunk, size));
    }
}

std::optional<list_entry> input_list::parse(std::string_view line) const {
    if (std::ranges::any_of(line, is_control))
        refuse("there is a control character in the line; is this a text file?");
    list_entry entry;
    entry.line = line_;
    for (;;) {
        line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
        if (line.empty() || line.front() == '#') break;
        // Only a field can be quoted: in a URL, a quotation mark is a character like any other.
        if (entry.url.empty()) {
            entry.url = line.substr(0, line.find_first_of(blanks));
            line.remove_prefix(entry.url.size());
            continue;
        }
        bool balanced = true;
        const std::string_view word = take_word(line, balanced);
        if (!balanced) refuse("a quotation mark is not closed; write out=\"NAME\"");
        parse_field(word, entry);
    }
    if (entry.url.empty()) return std::nullopt;
    return entry;
}

void input_list::parse_field(std::string_view word, list_entry& entry) const {
    const std::size_t equals = word.find('=');
    const std::string_view key = word.substr(0, equals);
    if (equals == std::string_view::npos || key.contains(':') || key.contains('/'))
        refuse("'" + printable(redacted(word)) +
               "' is not out=NAME or sha256=DIGITS; write one URL a line, spaces in it as %20");
    std::string_view value = word.substr(equals + 1);
    const bool quoted = value.size() >= 2 && value.front() == '"' && value.back() == '"';
    if (quoted) value = value.substr(1, value.size() - 2);

    if (key == "out") {
        if (!entry.out.empty()) refuse("out= is given twice");
        if (quoted)
            entry.out = unquote(value);
        else if (auto decoded = http::percent_decode(value))
            entry.out = std::move(*decoded);
        else
            refuse("out=" + printable(value) +
                   ": a % begins an escape such as %20; quote the name, "
                   "or write %25 for the character itself");
        if (entry.out.empty())
            refuse("out= has no name; leave it away to name the file after the URL");
        return;
    }
    if (key == "mirror") {
        if (value.empty()) refuse("mirror= has no URL");
        if (entry.mirrors.size() == mirrors_max)
            refuse("there are more than " + std::to_string(mirrors_max) + " mirrors");
        entry.mirrors.push_back(quoted ? unquote(value) : std::string(value));
        return;
    }
    checksum_algorithm algorithm;
    const bool named = parse_algorithm(key, algorithm);
    if (!named && key != "checksum")
        refuse("'" + printable(key) + "=' is not known; write out=, sha256=, checksum= or mirror=");
    if (entry.expected) refuse("a second checksum is given; one is enough");
    try {
        entry.expected = named ? checksum::parse_hex(algorithm, value) : checksum::parse(value);
    } catch (const failure& wrong) {
        refuse(wrong.what());
    }
}

void input_list::refuse(const std::string& what) const {
    throw failure(cause::usage, printable(name_) + ":" + std::to_string(line_) + ": " + what);
}

}  // namespace troika::fetch
