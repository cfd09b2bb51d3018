// SPDX-License-Identifier: MIT
#pragma once

#include <troika/fetch/checksum.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troika::fetch {

/// The checksums of a file's pieces, all but the last of `length` bytes.
struct metalink_pieces {
    metalink_pieces() = default;

    std::uint64_t length = 0;
    checksum_algorithm algorithm = checksum_algorithm::sha256;
    std::vector<checksum> hashes;
};

/// One file as a Metalink document describes it.
struct metalink_file {
    metalink_file() = default;

    std::string name;   // as it is written, directories and all: safe_name() makes a name of it
    std::optional<std::uint64_t> size;
    std::optional<checksum> expected;        // the strongest whose algorithm we know
    std::optional<metalink_pieces> pieces;   // the same
    std::vector<std::string> urls;           // http and https, the preferred first; not checked
    std::size_t urls_skipped = 0;            // of other schemes
    std::uint64_t line = 0;                  // where the file begins in the document, from 1
};

/// Reads a Metalink 4 document as its bytes arrive.
///
/// Elements that are not known, and those of other namespaces, are skipped with what is in them;
/// locations, signatures and descriptions are ignored. Algorithms that are not known count as not
/// given. Document type declarations are refused, and with them all entities but the five of XML.
/// Thread: none of its own.
/// Source: RFC 5854.
class metalink_reader {
public:
    static constexpr std::size_t bytes_max = std::size_t{64} << 20;
    static constexpr std::size_t files_max = 100'000;
    static constexpr std::size_t urls_max = 1000;   // of one file
    static constexpr std::size_t name_bytes_max = 4096;
    static constexpr std::size_t text_bytes_max = 64 * 1024;   // of a URL, a size or a checksum
    static constexpr std::size_t depth_max = 64;

    /// `name` is the document's in messages: its path or its URL.
    explicit metalink_reader(const std::string& name);
    metalink_reader(metalink_reader&&) noexcept;
    metalink_reader& operator=(metalink_reader&&) noexcept;
    ~metalink_reader();

    /// Takes the next bytes of the document.
    /// Throws: failure (usage) `NAME:LINE: what is wrong`; the reader is of no use afterwards.
    void feed(std::string_view bytes);

    /// Says that no more bytes come. Returns: the files, at least one, in their order; one without
    /// a URL that can be downloaded is among them. Throws: as feed(). To be called once.
    [[nodiscard]] std::vector<metalink_file> finish();

private:
    class document;
    std::unique_ptr<document> document_;
};

}  // namespace troika::fetch
