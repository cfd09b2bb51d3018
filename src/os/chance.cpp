// SPDX-License-Identifier: MIT
#include "os/chance.hpp"

#include "os/error.hpp"

#include <cerrno>

#include <sys/random.h>

namespace troika::os {

void fill_with_chance(std::span<std::byte> bytes) {
    while (!bytes.empty()) {
        const ssize_t size = ::getrandom(bytes.data(), bytes.size(), 0);
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) throw_error(errno, "get random bytes");
        bytes = bytes.subspan(static_cast<std::size_t>(size));
    }
}

}  // namespace troika::os
