// SPDX-License-Identifier: MIT
#pragma once

#include <troika/sync/lock_word.hpp>
#include <troika/sync/wait_line.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace troika {

/// Lets one task at a time into a stretch of code, also where it awaits in the middle of it.
///
/// First come, first served: unlocking gives the mutex to the first in line, and nobody gets in
/// between. Not recursive. Free, it costs one atomic operation to lock and one to unlock.
/// Thread: any, and tasks of any scheduler. Lifetime: outlives its guards and every wait.
class mutex {
public:
    /// `name` is for the task tree, and must outlive the mutex.
    explicit mutex(const char* name = nullptr) noexcept : name_(name) {}
    ~mutex() { check(!is_locked(), "a mutex is destroyed while it is locked"); }

    /// The right to be inside: unlocks when it goes. Thread: any one at a time.
    class [[nodiscard("the mutex is unlocked when the guard goes: keep it in a variable")]] guard {
    public:
        guard(guard&& other) noexcept : of_(std::exchange(other.of_, nullptr)) {}
        guard& operator=(guard other) noexcept {
            std::swap(of_, other.of_);
            return *this;
        }
        ~guard() {
            if (of_ != nullptr) of_->release();
        }

        /// Unlocks early. Requires: owns_lock().
        void unlock() noexcept {
            check(of_ != nullptr, "unlock() of a guard that does not own its mutex");
            std::exchange(of_, nullptr)->release();
        }
        /// False once it was unlocked or moved from.
        [[nodiscard]] bool owns_lock() const noexcept { return of_ != nullptr; }

    private:
        friend class mutex;
        friend class condition;
        explicit guard(mutex& of) noexcept : of_(&of) {}
        mutex* of_;
    };

    /// What lock() gives: an awaiter.
    class [[nodiscard("locks only when it is awaited, or asked to block()")]] lock_operation final
        : public impl::wait_place {
    public:
        explicit lock_operation(mutex& of) noexcept : of_(of) {}
        lock_operation(lock_operation&&) noexcept = default;

        [[nodiscard]] bool await_ready() const noexcept { return of_.acquire(); }
        guard await_resume() const {
            throw_if_aborted();
            return guard{of_};
        }
        /// Blocks this thread instead. Thread: any that does not run an event loop.
        guard block() {
            if (!await_ready()) block_thread();
            return guard{of_};
        }
        [[nodiscard]] std::string label() const override { return of_.label(); }

    private:
        bool line_up() noexcept override { return of_.line_up(*this); }
        abort_answer abort() noexcept override;
        mutex& of_;
    };

    /// Waits until the mutex is free for this task. Returns: a guard.
    /// Cancel: gives up the place in line.
    [[nodiscard]] lock_operation lock() noexcept { return lock_operation{*this}; }

    /// Returns: a guard, or nothing where somebody else is inside.
    [[nodiscard]] std::optional<guard> try_lock() noexcept {
        if (!acquire() && !acquire_when_busy()) return std::nullopt;
        return guard{*this};
    }

    [[nodiscard]] bool is_locked() const noexcept { return (word_.load() & held_bit) != 0; }

private:
    friend class condition;

    bool acquire() noexcept {
        std::uint64_t idle = 0;
        return word_.swap(idle, held_bit);
    }
    void release() noexcept {
        std::uint64_t held = held_bit;
        if (!word_.swap(held, 0)) [[unlikely]]
            hand_over();
    }
    bool acquire_when_busy() noexcept;
    void hand_over() noexcept;
    /// Returns: false where `place` has the mutex now, true where it will be told of it.
    bool line_up(impl::wait_place& place) noexcept;
    bool leave(impl::wait_place& place) noexcept;
    [[nodiscard]] std::string label() const { return impl::sync_label("mutex", name_); }
    [[nodiscard]] std::uint64_t held_state() const noexcept {
        return line_.empty() ? held_bit : held_bit | crowded_bit;
    }

    static constexpr std::uint64_t held_bit = 2;
    static constexpr std::uint64_t crowded_bit = 4;   // somebody is in line: unlocking hands over

    const char* const name_;
    impl::lock_word word_;
    impl::wait_line<impl::wait_place> line_;   // guarded by word_; empty unless held
};

}  // namespace troika
