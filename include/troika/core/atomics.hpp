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

    /// Sleeps while `word` holds `expected`, until wake(), a signal, or for no reason: the caller
    /// looks at `word` again. The check and the falling asleep are one step against wake().
    static void wait(const std::atomic<std::uint32_t>& word, std::uint32_t expected) noexcept;

    /// Wakes at most `count` of the threads that sleep on `word`, of this process. `word` is only
    /// an address here: it may already have been freed, then nobody is woken.
    static void wake(const std::atomic<std::uint32_t>& word, int count) noexcept;
};

}  // namespace troika
