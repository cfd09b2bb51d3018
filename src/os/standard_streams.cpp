// SPDX-License-Identifier: MIT
#include "os/standard_streams.hpp"

#include <cstdio>

namespace troika::os {

void write_whole_lines() noexcept {
    // As long as a pipe takes at once (PIPE_BUF).
    constexpr std::size_t line_max = 4096;
    std::setvbuf(stdout, nullptr, _IOLBF, line_max);
    std::setvbuf(stderr, nullptr, _IOLBF, line_max);
}

}  // namespace troika::os
