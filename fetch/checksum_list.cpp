// SPDX-License-Identifier: MIT
#include "fetch/checksum_list.hpp"

#include "fetch/checksum_strength.hpp"
#include "fetch/printable.hpp"

#include <troika/fetch/failure.hpp>

#include <algorithm>
#include <utility>

namespace troika::fetch {
namespace {

constexpr std::string_view blanks = " \t";
constexpr std::size_t blake2b_digits = 128;
constexpr std::size_t shown_bytes_max = 80;   // of a line that makes no sense

std::string_view without_dot(std::string_view path) noexcept {
    while (path.starts_with("./")) {
        path.remove_prefix(2);
        path.remove_prefix(std::min(path.find_first_not_of('/'), path.size()));
    }
    return path;
}

std::string_view last_part(std::string_view path) noexcept {
    return path.substr(path.rfind('/') + 1);
}

bool is_control(unsigned char c) noexcept { return (c < 0x20 && c != '\t') || c == 0x7f; }

bool is_hex(char c) noexcept {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

std::string_view trimmed(std::string_view text) noexcept {
    text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
    return text.substr(0, text.find_last_not_of(blanks) + 1);
}

// Whether the name of a list says that its digits are blake2b's.
bool is_blake2b_list(std::string_view name) {
    std::string last(last_part(name.substr(0, name.find_first_of("?#"))));
    for (char& c : last)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
    return last.starts_with("b2sum") || last.starts_with("blake2") || last.ends_with(".b2") ||
           last.ends_with(".blake2b");
}

const checksum& strongest(const std::vector<checksum>& sums) {
    return *std::ranges::max_element(
        sums, {}, [](const checksum& each) { return strength_of(each.algorithm()); });
}

}  // namespace

class checksum_list::reader {
public:
    explicit reader(const std::string& name)
        : name_(name), digits_128_(is_blake2b_list(name) ? checksum_algorithm::blake2b
                                                         : checksum_algorithm::sha512) {}

    checksum_list read(std::string_view text) {
        constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
        if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
        while (!text.empty()) {
            const std::size_t end = text.find('\n');
            std::string_view line = text.substr(0, end);
            text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
            ++line_;
            if (line.ends_with('\r')) line.remove_suffix(1);
            read_line(line);
        }
        if (list_.by_path_.empty()) refuse("there is no checksum in the list");
        for (const auto& [path, sums] : list_.by_path_) {
            const auto [known, fresh] =
                list_.by_last_part_.try_emplace(last_part(path), &sums);
            if (!fresh && known->second != nullptr &&
                strongest(*known->second) != strongest(sums))
                known->second = nullptr;
        }
        return std::move(list_);
    }

private:
    void read_line(std::string_view line) {
        if (line.size() > line_length_max)
            refuse("the line is longer than " + std::to_string(line_length_max) +
                   " bytes; is this a list of checksums?");
        if (std::ranges::any_of(line, is_control))
            refuse("there is a control character in the line; is this a text file?");
        line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
        if (line.empty() || line.front() == '#') return;
        if (line.starts_with("-----BEGIN PGP "))
            refuse("the list is wrapped in a signature; check it and take the list out with "
                   "`gpg --decrypt`");
        const bool escaped = line.front() == '\\';
        const std::string_view rest = line.substr(escaped ? 1 : 0);
        const auto digits_end = std::ranges::find_if_not(rest, is_hex);
        const auto digits = static_cast<std::size_t>(digits_end - rest.begin());
        if (digits >= 32 && digits < rest.size() && blanks.contains(rest[digits]))
            return read_plain(rest.substr(0, digits), rest.substr(digits + 1), escaped);
        if (!read_tagged(rest, escaped))
            refuse("'" + printable(line.substr(0, shown_bytes_max)) +
                   "' is no checksum; write 'DIGITS  NAME' or 'SHA256 (NAME) = DIGITS'");
    }

    // What follows the blank behind the digits: a blank or a star, then the name.
    void read_plain(std::string_view digits, std::string_view name, bool escaped) {
        // With neither, it is BSD's `sha256 -r`.
        if (name.starts_with(' ') || name.starts_with('*')) name.remove_prefix(1);
        try {
            keep(name, escaped,
                 digits.size() == blake2b_digits ? checksum::parse_hex(digits_128_, digits)
                                                 : checksum::parse(digits));
        } catch (const failure& wrong) {
            refuse(wrong.what());
        }
    }

    // Returns: false for what is no such line.
    bool read_tagged(std::string_view line, bool escaped) {
        const std::size_t open = line.find('(');
        const std::size_t close = line.rfind(')');   // the digits hold none, the name may
        if (open == std::string_view::npos || close == std::string_view::npos || close < open)
            return false;
        const std::string_view tag = trimmed(line.substr(0, open));
        std::string_view digits = trimmed(line.substr(close + 1));
        if (tag.empty() || tag.find_first_of(blanks) != std::string_view::npos ||
            !digits.starts_with('='))
            return false;
        digits = trimmed(digits.substr(1));
        checksum_algorithm algorithm;
        if (!parse_algorithm(tag, algorithm))
            refuse("the algorithm " + printable(tag.substr(0, shown_bytes_max)) +
                   " is not known; use a list of sha256 or sha512");
        try {
            keep(line.substr(open + 1, close - open - 1), escaped,
                 checksum::parse_hex(algorithm, digits));
        } catch (const failure& wrong) {
            refuse(wrong.what());
        }
        return true;
    }

    void keep(std::string_view name, bool escaped, const checksum& sum) {
        std::string path = escaped ? unescape(name) : std::string(name);
        path.erase(0, path.size() - without_dot(path).size());
        if (last_part(path).empty())
            throw failure(cause::usage, "the name of the file is missing");
        sums& known = list_.by_path_[path];
        const auto same = std::ranges::find(known, sum.algorithm(), &checksum::algorithm);
        if (same == known.end())
            known.push_back(sum);
        else if (*same != sum)
            throw failure(cause::usage,
                          "an earlier line gives another checksum for '" + printable(path) +
                              "'; which one is right?");
    }

    static std::string unescape(std::string_view name) {
        std::string text;
        for (std::size_t at = 0; at < name.size(); ++at) {
            if (name[at] != '\\') {
                text += name[at];
                continue;
            }
            const char next = at + 1 < name.size() ? name[++at] : '\0';
            if (next != '\\' && next != 'n' && next != 'r')
                throw failure(cause::usage,
                              "a backslash in the name stands before neither \\, n nor r");
            text += next == 'n' ? '\n' : next == 'r' ? '\r' : '\\';
        }
        return text;
    }

    [[noreturn]] void refuse(const std::string& what) const {
        throw failure(cause::usage,
                      printable(redacted(name_)) + ":" + std::to_string(line_) + ": " + what);
    }

    const std::string& name_;
    const checksum_algorithm digits_128_;
    std::uint64_t line_ = 0;
    checksum_list list_;
};

checksum_list checksum_list::parse(std::string_view text, const std::string& name) {
    if (text.size() > bytes_max)
        throw failure(cause::usage, printable(redacted(name)) + ": the list has more than " +
                                        std::to_string(bytes_max >> 20) +
                                        " MiB; is this a list of checksums?");
    return reader(name).read(text);
}

std::optional<checksum> checksum_list::lookup(std::string_view name) const {
    name = without_dot(name);
    if (const auto exact = by_path_.find(name); exact != by_path_.end())
        return strongest(exact->second);
    const auto found = by_last_part_.find(last_part(name));
    if (found == by_last_part_.end() || found->second == nullptr) return std::nullopt;
    return strongest(*found->second);
}

}  // namespace troika::fetch
