// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>

namespace troika {

/// The atomics of the processor: what lock-free templates take as their last parameter.
///
/// `troika::testing::model_atomics` has the same members and explores every interleaving instead;
/// a template that takes its atomics, spinning and sleeping from such a parameter can be proved
/// with the code that ships. Fences are missing on purpose: sanitizers do not see them.
/// Thread: any.
struct std_atomics {
    template <class T>
    using atomic = std::atomic<T>;

    /// Tells the processor that this is a spin loop.
    static void pause() noexcept;

    /// One half of an agreement between a thread that often stores and then looks, and one that
    /// seldom does the same the other way round: here only the compiler is kept from reordering.
    static void light_barrier() noexcept { std::atomic_signal_fence(std::memory_order_seq_cst); }
    /// The other half: has every running thread of the process pass a full barrier, so that each
    /// has either made its store visible or will see ours.
    /// Returns: false where the kernel does not offer that; then the light half may be late, and
    /// who relies on it looks again after a while.
    static bool heavy_barrier() noexcept;

    /// Sleeps while `word` holds `expected`, until wake(), a signal, or for no reason: the caller
    /// looks at `word` again. The check and the falling asleep are one step against wake().
    static void wait(const std::atomic<std::uint32_t>& word, std::uint32_t expected) noexcept;

    /// Wakes at most `count` of the threads that sleep on `word`, of this process. `word` is only
    /// an address here: it may already have been freed, then nobody is woken.
    static void wake(const std::atomic<std::uint32_t>& word, int count) noexcept;
};

}  // namespace troika
