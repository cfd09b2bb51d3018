// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <cstdint>

namespace troika {

/// A small, fast, seeded source of random numbers; the same seed gives the same numbers everywhere.
///
/// Not for secrets. Models std::uniform_random_bit_generator.
/// Source: xoshiro256** by Blackman and Vigna, seeded through SplitMix64 as its authors advise.
class random {
public:
    using result_type = std::uint64_t;

    explicit constexpr random(std::uint64_t seed) noexcept {
        for (std::uint64_t& word : state_) {
            seed += 0x9e3779b97f4a7c15u;
            std::uint64_t mixed = seed;
            mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
            mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
            word = mixed ^ (mixed >> 31);
        }
    }

    static constexpr result_type min() noexcept { return 0; }
    static constexpr result_type max() noexcept { return ~result_type{0}; }

    constexpr result_type operator()() noexcept {
        const std::uint64_t answer = std::rotl(state_[1] * 5, 7) * 9;
        const std::uint64_t shifted = state_[1] << 17;
        state_[2] ^= state_[0];
        state_[3] ^= state_[1];
        state_[1] ^= state_[2];
        state_[0] ^= state_[3];
        state_[2] ^= shifted;
        state_[3] = std::rotl(state_[3], 45);
        return answer;
    }

    /// Returns: a number in [0, bound), each equally likely. Requires: bound > 0.
    constexpr std::uint64_t below(std::uint64_t bound) noexcept {
        // Numbers under the remainder would favour the small answers; they are drawn again.
        const std::uint64_t remainder = (0 - bound) % bound;
        for (;;)
            if (const std::uint64_t drawn = (*this)(); drawn >= remainder) return drawn % bound;
    }

    /// Returns: a number in [0, 1).
    constexpr double unit() noexcept { return static_cast<double>((*this)() >> 11) * 0x1.0p-53; }

private:
    std::uint64_t state_[4]{};
};

}  // namespace troika
