// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace troika::fetch {

enum class checksum_algorithm : std::uint8_t { sha256, sha512, sha1, md5, blake2b };

/// `sha256` and so on.
[[nodiscard]] std::string_view to_string(checksum_algorithm algorithm) noexcept;

/// The digest of some bytes under one algorithm.
class checksum {
public:
    static constexpr std::size_t size_max = 64;

    /// Requires: `bytes` has the length of the algorithm's digests.
    checksum(checksum_algorithm algorithm, std::span<const std::byte> bytes) noexcept;

    /// Reads `ALGORITHM:HEX` (also with '=' for ':', in any case, `SHA-256` for `sha256`), or bare
    /// hexadecimal digits whose number tells the algorithm: 64 sha256, 128 sha512, 40 sha1, 32 md5.
    /// Throws: failure (usage) that says what is wrong with `text`.
    [[nodiscard]] static checksum parse(std::string_view text);

    /// Reads the digits of a known algorithm. Throws: as parse().
    [[nodiscard]] static checksum parse_hex(checksum_algorithm algorithm, std::string_view digits);

    [[nodiscard]] checksum_algorithm algorithm() const noexcept { return algorithm_; }
    /// Lower-case hexadecimal digits.
    [[nodiscard]] std::string hex() const;
    /// `sha256:0123...`, which parse() reads.
    [[nodiscard]] std::string to_string() const;

    friend bool operator==(const checksum&, const checksum&) noexcept = default;

private:
    checksum_algorithm algorithm_;
    std::array<std::byte, size_max> bytes_{};   // zeros behind the digest
};

/// The name of `text` as an algorithm, in any spelling that checksum::parse() takes.
/// Returns: whether there is one; `algorithm` is set if so.
[[nodiscard]] bool parse_algorithm(std::string_view text, checksum_algorithm& algorithm) noexcept;

/// Computes a checksum of bytes as they come.
///
/// Thread: none of its own.
class hasher {
public:
    /// Throws: failure (usage) when this system's OpenSSL does not offer the algorithm, as md5 and
    /// sha1 under FIPS.
    explicit hasher(checksum_algorithm algorithm);
    hasher(hasher&&) noexcept;
    hasher& operator=(hasher&&) noexcept;
    ~hasher();

    void update(std::span<const std::byte> bytes);

    /// Returns: the checksum of all bytes so far; more may follow.
    [[nodiscard]] checksum value() const;

    [[nodiscard]] checksum_algorithm algorithm() const noexcept { return algorithm_; }

private:
    struct context;
    checksum_algorithm algorithm_;
    std::unique_ptr<context> context_;
};

}  // namespace troika::fetch
