// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

namespace troika {

namespace impl {

/// A variable that threads share without an atomic, since something else keeps them apart.
template <class T>
class plain_value {
public:
    constexpr plain_value() = default;
    constexpr explicit plain_value(T value) : value_(std::move(value)) {}
    plain_value(const plain_value&) = delete;
    plain_value& operator=(const plain_value&) = delete;

    [[nodiscard]] const T& read() const noexcept { return value_; }
    void write(T value) { value_ = std::move(value); }
    /// Returns: the value, to be changed at once.
    [[nodiscard]] T& change() noexcept { return value_; }

private:
    T value_{};
};

}  // namespace impl

/// The atomics of the processor: what lock-free templates take as their last parameter.
///
/// `troika::testing::model_atomics` has the same members and explores every interleaving instead;
/// a template that takes its atomics, spinning and sleeping from such a parameter can be proved
/// with the code that ships. Fences are missing on purpose: sanitizers do not see them.
/// Thread: any.
struct std_atomics {
    template <class T>
    using atomic = std::atomic<T>;
    /// The model checker reports a data race on it.
    template <class T>
    using plain = impl::plain_value<T>;

    /// Tells the processor that this is a spin loop.
    static void pause() noexcept;
    /// Lets another thread run, for waits on one that may be in a system call.
    static void yield() noexcept;

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
