// SPDX-License-Identifier: MIT
#pragma once

#include <troika/fetch/checksum.hpp>

namespace troika::fetch {

/// How hard it is to find other bytes with the same checksum: where several are known of a file,
/// the one with the highest number is the one to verify.
[[nodiscard]] constexpr int strength_of(checksum_algorithm algorithm) noexcept {
    switch (algorithm) {
        case checksum_algorithm::md5: return 1;
        case checksum_algorithm::sha1: return 2;
        case checksum_algorithm::sha256: return 3;
        case checksum_algorithm::blake2b: return 4;
        case checksum_algorithm::sha512: return 5;
    }
    return 0;
}

}  // namespace troika::fetch
