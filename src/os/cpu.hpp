// SPDX-License-Identifier: MIT
#pragma once

namespace troika::os {

/// Tells the processor that this is a spin loop.
inline void pause() noexcept {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield" ::: "memory");
#endif
}

/// How many processors this process may run on (its affinity mask), at least 1.
unsigned processors_allowed() noexcept;

/// Names the calling thread (at most 15 bytes are kept) for ps, top and debuggers.
void name_thread(const char* name) noexcept;

}  // namespace troika::os
