// SPDX-License-Identifier: MIT
#include "fetch/journal.hpp"

#include <troika/fetch/failure.hpp>

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace troika::fetch {
namespace {

constexpr std::string_view first_line = "troika journal 1";
constexpr std::string_view seal_field = "sum ";

bool is_plain(std::string_view value) noexcept {
    return std::ranges::none_of(value, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

std::string seal(std::string_view text) {
    hasher sum(checksum_algorithm::sha256);
    sum.update(std::as_bytes(std::span(text)));
    return sum.value().hex();
}

bool parse_number(std::string_view text, std::uint64_t& number) noexcept {
    const auto end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, number);
    return error == std::errc() && stopped == end;
}

// Sets the field of `note` that `name` says; false for one that is unknown or makes no sense.
bool set_field(journal& note, std::string_view name, std::string_view value) {
    std::uint64_t number = 0;
    if (name == "url") {
        note.url = value;
    } else if (name == "validator") {
        note.validator = value;
    } else if (name == "size" && parse_number(value, number)) {
        note.size = number;
    } else if (name == "durable" && parse_number(value, number)) {
        note.durable = number;
    } else if (name == "written" && note.size) {
        auto ranges = parse_ranges(value, *note.size);
        if (!ranges) return false;
        note.written = std::move(*ranges);
    } else if (name == "prefix") {
        note.prefix = checksum::parse(value);
    } else {
        return false;
    }
    return true;
}

}  // namespace

std::string serialize(const journal& note) {
    if (!is_plain(note.url) || !is_plain(note.validator))
        throw std::invalid_argument("a journal holds no control characters");
    std::string text(first_line);
    text.append("\nurl ").append(note.url);
    text.append("\nvalidator ").append(note.validator);
    if (note.size) text.append("\nsize ").append(std::to_string(*note.size));
    text.append("\ndurable ").append(std::to_string(note.durable));
    if (!note.written.empty())
        text.append("\nwritten ").append(serialize_ranges(note.written, journal::ranges_max));
    if (note.prefix) text.append("\nprefix ").append(note.prefix->to_string());
    text += '\n';
    const std::string sum = seal(text);
    text.append(seal_field).append(sum).append("\n");
    if (text.size() > journal::bytes_max)
        throw std::invalid_argument("a journal has at most 65536 bytes");
    return text;
}

std::expected<journal, std::string> parse_journal(std::string_view text) {
    const auto unusable = [](const char* why) { return std::unexpected(std::string(why)); };
    if (text.size() > journal::bytes_max) return unusable("the journal is too long");
    if (!text.starts_with("troika journal ")) return unusable("the file is not a journal");
    if (!text.starts_with(std::string(first_line) + "\n"))
        return unusable("the journal was written by another version of troika");

    const std::size_t sealed =
        text.rfind(std::string("\n").append(seal_field)) + 1;   // npos + 1 is 0
    const std::string_view body = text.substr(0, sealed);
    if (body.empty() || text.substr(sealed) != std::string(seal_field) + seal(body) + "\n")
        return unusable("the journal is torn or was changed");

    // The seal holds, so that this is what serialize() wrote; doubts that are left mean a bug of
    // another version, and starting over is always right.
    journal note;
    try {
        for (std::string_view rest = body.substr(first_line.size() + 1); !rest.empty();) {
            const std::string_view line = rest.substr(0, rest.find('\n'));
            const std::size_t space = line.find(' ');
            if (space == std::string_view::npos ||
                !set_field(note, line.substr(0, space), line.substr(space + 1)))
                return unusable("the journal has a field that is not known");
            rest.remove_prefix(line.size() + 1);
        }
    } catch (const failure&) {
        return unusable("the journal has a checksum that is not known");
    }
    if (note.url.empty() || (note.size && note.durable > *note.size))
        return unusable("the journal contradicts itself");
    return note;
}

std::string_view pick_validator(std::string_view etag, std::string_view last_modified,
                                std::optional<std::chrono::sys_seconds> last_modified_time,
                                std::optional<std::chrono::sys_seconds> date) noexcept {
    constexpr std::chrono::seconds apart_min{1};
    const bool strong = etag.size() >= 2 && etag.front() == '"' && etag.back() == '"';
    if (strong && is_plain(etag)) return etag;
    if (last_modified_time && date && *date - *last_modified_time >= apart_min &&
        is_plain(last_modified))
        return last_modified;
    return {};
}

}  // namespace troika::fetch
