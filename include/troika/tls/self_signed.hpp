// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/std_parts.hpp>

#include <span>
#include <string>

namespace troika::tls {

/// A certificate and its key, both in PEM, and the certificate's SHA-256 in hexadecimal digits.
struct identity {
    std::string certificate;
    std::string key;
    std::string fingerprint;
};

/// How a certificate is made; the times are seconds since 1970.
struct self_signed_options {
    /// When it begins and ends to be valid; 0 for now, and for 30 days after the beginning.
    std::int64_t not_before = 0;
    std::int64_t not_after = 0;
};

/// Makes a key (P-256) and a certificate for `hosts`, names or addresses, that it signs itself: for
/// demonstrations and tests, since nobody trusts it who was not told to.
///
/// Throws: std::invalid_argument for no hosts; tls::error.
[[nodiscard]] identity self_signed(std::span<const std::string> hosts,
                                   self_signed_options options = {});

}  // namespace troika::tls
