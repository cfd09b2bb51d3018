// SPDX-License-Identifier: MIT
#include <troika/core/atomics.hpp>

#include "os/cpu.hpp"
#include "os/futex.hpp"
#include "os/membarrier.hpp"

#include <thread>

namespace troika {

void std_atomics::pause() noexcept { os::pause(); }
void std_atomics::yield() noexcept { std::this_thread::yield(); }

bool std_atomics::heavy_barrier() noexcept { return os::membarrier(); }

void std_atomics::wait(const std::atomic<std::uint32_t>& word, std::uint32_t expected) noexcept {
    os::futex_wait(word, expected);
}

void std_atomics::wake(const std::atomic<std::uint32_t>& word, int count) noexcept {
    os::futex_wake(word, count);
}

}  // namespace troika
