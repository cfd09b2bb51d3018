// SPDX-License-Identifier: MIT
#pragma once

#include <troika/fetch/checksum.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace troika::fetch {

/// The checksums of many files, as `SHA256SUMS` and its kin list them.
///
/// A line is what GNU's `sha256sum` writes, `DIGITS  NAME` or `DIGITS *NAME` (with a backslash
/// before the digits, `\\`, `\n` and `\r` in the name stand for the characters), or what BSD's
/// `sha256` and `openssl dgst` write, `SHA256 (NAME) = DIGITS`. Empty lines and those that begin
/// with # are ignored; lines end with LF or CRLF. Bare digits tell the algorithm by their number,
/// as in checksum::parse(); 128 of them are blake2b's if the list is called `B2SUMS` or `*.b2`.
/// Thread: none of its own.
class checksum_list {
public:
    static constexpr std::size_t bytes_max = std::size_t{64} << 20;
    static constexpr std::size_t line_length_max = 64 * 1024;

    /// Reads a whole list. `name` is the list's, its path or its URL.
    /// Throws: failure (usage) `NAME:LINE: what is wrong and what to write`, also where two lines
    /// of one algorithm give one file different checksums, or the list or a line is too long.
    [[nodiscard]] static checksum_list parse(std::string_view text, const std::string& name);

    checksum_list(checksum_list&&) noexcept = default;
    checksum_list& operator=(checksum_list&&) noexcept = default;
    checksum_list(const checksum_list&) = delete;   // the second table refers to the first
    checksum_list& operator=(const checksum_list&) = delete;
    ~checksum_list() = default;

    /// The checksum of the file `name`: of the line that has exactly this path, or else of the one
    /// whose last part is that of `name`. `./` in front makes no difference. Of several algorithms
    /// the strongest counts.
    /// Returns: nothing when there is no such line, or when it is not known which one is meant: the
    /// last part stands in lines of several directories, and their checksums differ.
    [[nodiscard]] std::optional<checksum> lookup(std::string_view name) const;

    /// How many files are in the list.
    [[nodiscard]] std::size_t size() const noexcept { return by_path_.size(); }

private:
    class reader;

    struct text_hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const noexcept {
            return std::hash<std::string_view>()(text);
        }
    };
    using sums = std::vector<checksum>;   // of one file, one for each algorithm

    checksum_list() = default;

    std::unordered_map<std::string, sums, text_hash, std::equal_to<>> by_path_;
    /// Keys and values are in by_path_; null: several files that differ.
    std::unordered_map<std::string_view, const sums*> by_last_part_;
};

}  // namespace troika::fetch
