// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace troika {

/// The bytes of a socket address as the kernel lays them out (a sockaddr), opaque above `os`.
struct socket_address {
    static constexpr std::size_t size_max = 112;   // the largest, sockaddr_un, has 110
    alignas(8) std::array<std::byte, size_max> bytes{};
    std::uint32_t size = 0;
};

enum class address_family : std::uint8_t { inet4, inet6, local };
enum class shutdown_how : std::uint8_t { read, write, both };

struct listen_options {
    int backlog = 4096;
    bool reuse_port = false;
};

}  // namespace troika
