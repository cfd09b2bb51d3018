// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <vector>

/// Programs started one after the other, each waited for, by a process with much memory in use.
namespace start_work {

inline constexpr const char* program = "/bin/true";

/// main() of a program: ... N MEGABYTES. `start_and_wait()` gives whether it went well.
template <class F>
int measure(const char* count_text, const char* megabytes_text, F start_and_wait) {
    const int count = std::atoi(count_text);
    const std::size_t bytes = static_cast<std::size_t>(std::atoi(megabytes_text)) << 20;
    std::vector<char> resident(bytes, 'x');   // each page is written
    for (int i = 0; i < 10; ++i)
        if (!start_and_wait()) return 1;
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < count; ++i)
        if (!start_and_wait()) return 1;
    const std::chrono::duration<double, std::micro> time = std::chrono::steady_clock::now() - begin;
    std::printf("us=%.3f resident=%d\n", time.count() / count, resident[bytes / 2]);
    return 0;
}

}  // namespace start_work
