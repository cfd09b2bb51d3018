// SPDX-License-Identifier: MIT
#pragma once

#include <troika/os/socket_address.hpp>

#include <cstdint>
#include <string>
#include <system_error>
#include <vector>

namespace troika::os {

/// The errors of getaddrinfo (EAI_...); EAI_SYSTEM never appears, its errno does instead.
const std::error_category& resolver_category() noexcept;

struct resolution {
    std::error_code error;                   ///< resolver_category() or generic_category()
    std::vector<socket_address> addresses;   ///< for stream sockets, in the order of RFC 6724
};

/// Looks `host` up in all that the system knows (hosts file, DNS, mDNS). Sleeps, perhaps for long:
/// not for a loop's thread. Never throws but std::bad_alloc; at most `addresses_max` are kept.
/// Thread: any.
resolution resolve(const std::string& host, std::uint16_t port);

inline constexpr std::size_t addresses_max = 64;

}  // namespace troika::os
