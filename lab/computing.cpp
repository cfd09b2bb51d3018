// SPDX-License-Identifier: MIT
#include "lab/computing.hpp"

#include "os/clock.hpp"

#include <algorithm>
#include <chrono>

namespace troika::lab {

std::uint64_t compute_rounds(std::uint64_t rounds, std::uint64_t seed) noexcept {
    std::uint64_t state = seed | 1;
    for (std::uint64_t i = 0; i < rounds; ++i) {
        // Marsaglia's xorshift: three steps, each of which waits for the one before.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
    }
    return state;
}

std::uint64_t measure_rounds_per_ms() {
    using std::chrono::nanoseconds;
    constexpr int attempts = 50;
    constexpr nanoseconds about = std::chrono::milliseconds(1);
    std::uint64_t rounds = 1024;
    // Read and written between the two looks at the clock, so that the work stays between them:
    // its result depends on nothing else, and compilers put it where they like, or nowhere.
    volatile std::uint64_t seed = 1;
    const auto time_of = [&](std::uint64_t count) {
        const auto began = os::steady_time();
        seed = compute_rounds(count, seed);
        return std::max(nanoseconds(os::steady_time() - began), nanoseconds(1));
    };
    while (time_of(rounds) < about / 2 && rounds < std::uint64_t{1} << 40) rounds *= 2;
    nanoseconds best = nanoseconds::max();
    for (int i = 0; i < attempts; ++i) best = std::min(best, time_of(rounds));
    const double each = static_cast<double>(best.count()) / static_cast<double>(rounds);
    return std::max<std::uint64_t>(
        1, static_cast<std::uint64_t>(static_cast<double>(about.count()) / each));
}

}  // namespace troika::lab
