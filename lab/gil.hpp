// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/clock.hpp>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace troika::lab {

/// A lock that lets one thread at a time compute, and is handed on as CPython hands on its global
/// interpreter lock.
///
/// Who waits for it sleeps for the switch interval at most. If the lock was not handed on to anyone
/// in that time, the waiter asks for it; the holder sees that at its next check(), lets go, and
/// goes on only when another thread has taken it. Blocking calls are made without it.
/// Thread: any number; each has a number of its own, from 1.
/// Source: the comment on the GIL in CPython 3.12, Python/ceval_gil.c.
class gil {
public:
    /// CPython's, unless sys.setswitchinterval() says otherwise.
    static constexpr duration interval_default = std::chrono::milliseconds(5);

    explicit gil(duration interval = interval_default) noexcept : interval_(interval) {}
    gil(const gil&) = delete;
    gil& operator=(const gil&) = delete;

    /// What take() has seen.
    struct taking {
        std::uint32_t before = 0;   ///< who had it last; 0 for nobody
        time_point let_go{};        ///< when that was
        bool waited = false;        ///< another thread had it
    };

    /// Waits until `thread` has the lock. Requires: it has not.
    taking take(std::uint32_t thread);
    /// Gives it back, as before a blocking call. Returns: when others could have it.
    /// Requires: `thread` has it.
    time_point let_go(std::uint32_t thread);

    /// Whether another thread has asked for it: then the holder calls let_go() and take().
    /// A relaxed look: the answer may come a check later.
    [[nodiscard]] bool must_let_go() const noexcept {
        return requested_.load(std::memory_order_relaxed);
    }

    /// How often another thread took it than had it last.
    [[nodiscard]] std::uint64_t switches() const;
    /// How often a waiter's interval passed, and it asked.
    [[nodiscard]] std::uint64_t requests() const;

private:
    const duration interval_;
    std::atomic<bool> requested_{false};   // written under mutex_

    // guarded by mutex_
    mutable std::mutex mutex_;
    std::condition_variable free_;       // !locked_
    std::condition_variable switched_;   // last_ is another one
    bool locked_ = false;
    std::uint32_t last_ = 0;
    time_point let_go_at_{};
    std::uint64_t switches_ = 0;
    std::uint64_t requests_ = 0;
};

}  // namespace troika::lab
