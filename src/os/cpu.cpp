// SPDX-License-Identifier: MIT
#include "os/cpu.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <thread>

#include <pthread.h>
#include <sched.h>

namespace troika::os {

unsigned processors_allowed() noexcept {
    // A machine may have more processors than cpu_set_t has bits; then the kernel says EINVAL.
    for (std::size_t bits = 1024; bits <= 65536; bits *= 4) {
        cpu_set_t* set = CPU_ALLOC(bits);
        if (!set) break;
        const std::unique_ptr<cpu_set_t, decltype([](cpu_set_t* s) { CPU_FREE(s); })> owner(set);
        const std::size_t size = CPU_ALLOC_SIZE(bits);
        if (::sched_getaffinity(0, size, set) == 0)
            return static_cast<unsigned>(std::max(1, CPU_COUNT_S(size, set)));
    }
    return std::max(1u, std::thread::hardware_concurrency());
}

void name_thread(const char* name) noexcept {
    char kept[16] = {};
    std::strncpy(kept, name, sizeof kept - 1);
    ::pthread_setname_np(::pthread_self(), kept);
}

}  // namespace troika::os
