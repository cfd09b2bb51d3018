// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/task.hpp>
#include <troika/sync/mutex.hpp>

#include <concepts>
#include <string>

namespace troika {

/// Lets tasks that hold a mutex wait for others to change what it protects.
///
/// A notified task goes from this line straight to that of its mutex, so that notify_all() wakes
/// nobody just to wait again.
/// Thread: any, and tasks of any scheduler; notifying needs no lock.
/// Lifetime: outlives every wait.
class condition {
public:
    /// `name` is for the task tree, and must outlive the condition.
    explicit condition(const char* name = nullptr) noexcept : name_(name) {}

    /// What wait() gives: an awaiter.
    class [[nodiscard("waits only when it is awaited, or asked to block()")]] wait_operation final
        : public impl::wait_place {
    public:
        wait_operation(condition& of, mutex::guard& held) noexcept : of_(of), mutex_(*held.of_) {}
        wait_operation(wait_operation&&) noexcept = default;

        [[nodiscard]] bool await_ready() const noexcept { return false; }
        void await_resume() const {
            if (cancelled_) [[unlikely]]
                throw cancelled{};
        }
        /// Blocks this thread instead. Thread: any that does not run an event loop.
        void block() { block_thread(); }
        [[nodiscard]] std::string label() const override;

    private:
        friend class condition;
        bool line_up() noexcept override;
        abort_answer abort() noexcept override;

        condition& of_;
        mutex& mutex_;
        bool notified_ = false;    // guarded by of_.word_; from then on it is in its mutex's line
        bool cancelled_ = false;   // given up before it was notified
    };

    /// Unlocks the mutex of `held`, waits until notified, locks it again.
    ///
    /// What was waited for may have changed back meanwhile: ask in a loop, or give a predicate.
    /// Requires: `held` owns its mutex, and is left alone until the await ends.
    /// Cancel: throws once the mutex is locked again; where a notification came first, it
    /// returns instead, so that the notification is not lost to the others.
    [[nodiscard]] wait_operation wait(mutex::guard& held) noexcept {
        check(held.owns_lock(), "condition::wait() needs a guard that owns its mutex");
        return wait_operation{*this, held};
    }

    /// Waits until `satisfied()`, which is asked with the mutex locked.
    template <std::predicate Predicate>
    [[nodiscard]] task<void> wait(mutex::guard& held, Predicate satisfied) {
        while (!satisfied()) co_await wait(held);
    }

    /// Lets the first go on, once it gets its mutex.
    void notify_one() noexcept;
    /// Lets all who wait now go on, one after the other, in the order in which they came.
    void notify_all() noexcept;

private:
    const char* const name_;
    impl::lock_word word_;
    impl::wait_line<wait_operation> line_;   // guarded by word_
};

}  // namespace troika
