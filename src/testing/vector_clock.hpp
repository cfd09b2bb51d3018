// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace troika::testing::impl {

/// The threads of a scenario, the one that sets up and checks included.
inline constexpr std::size_t model_threads_max = 8;

/// How much of each thread's past happens before some point: the first `at[t]` steps of thread t.
struct vector_clock {
    std::array<std::uint32_t, model_threads_max> at{};

    void join(const vector_clock& other) noexcept {
        for (std::size_t t = 0; t < at.size(); ++t) at[t] = std::max(at[t], other.at[t]);
    }

    /// Whether step `time` of `thread` happens before.
    [[nodiscard]] bool covers(std::size_t thread, std::uint32_t time) const noexcept {
        return time <= at[thread];
    }
};

/// What a thread knows at some point of its code, by the steps of all threads.
struct thread_view {
    vector_clock happened;   // before this point, by synchronization
    vector_clock visible;    // what it cannot overlook any more: that, and what barriers show it

    void join(const thread_view& other) noexcept {
        happened.join(other.happened);
        visible.join(other.visible);
    }
};

}  // namespace troika::testing::impl
