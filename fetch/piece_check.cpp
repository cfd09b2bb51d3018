// SPDX-License-Identifier: MIT
#include "fetch/piece_check.hpp"

#include <troika/fetch/failure.hpp>

#include "os/fd.hpp"
#include "os/file.hpp"

#include <algorithm>
#include <cstddef>
#include <system_error>

namespace troika::fetch {

namespace {

checksum digest_of_range(int file, const std::string& path, file_range range,
                         checksum_algorithm algorithm) {
    hasher digest(algorithm);
    std::vector<std::byte> buffer(256 * 1024);
    while (!range.empty()) {
        const auto wanted =
            static_cast<std::uint32_t>(std::min<std::uint64_t>(buffer.size(), range.size()));
        const int n = os::read_at(file, buffer.data(), wanted, range.begin);
        if (n < 0)
            throw file_failure("read", path, std::error_code(-n, std::generic_category()));
        if (n == 0) break;
        digest.update(std::span(buffer).first(static_cast<std::size_t>(n)));
        range.begin += static_cast<std::uint64_t>(n);
    }
    return digest.value();
}

}  // namespace

std::vector<file_range> right_pieces(const std::string& path, std::uint64_t size,
                                     const metalink_pieces& pieces) {
    const bool complete =
        pieces.length > 0 && pieces.hashes.size() == (size + pieces.length - 1) / pieces.length;
    if (!complete) return {{0, size}};
    const int opened = os::open_file(path.c_str(), {});
    if (opened < 0)
        throw file_failure("open", path, std::error_code(-opened, std::generic_category()));
    const os::fd file(opened);
    std::vector<file_range> right;
    for (std::size_t i = 0; i < pieces.hashes.size(); ++i) {
        const std::uint64_t begin = i * pieces.length;
        const file_range piece{begin, std::min(begin + pieces.length, size)};
        if (digest_of_range(file.get(), path, piece, pieces.algorithm) != pieces.hashes[i])
            continue;
        if (!right.empty() && right.back().end == piece.begin)
            right.back().end = piece.end;
        else
            right.push_back(piece);
    }
    return right;
}

}  // namespace troika::fetch
