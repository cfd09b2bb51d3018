// SPDX-License-Identifier: MIT
#pragma once

#include <troika/sync/lock_word.hpp>
#include <troika/sync/wait_line.hpp>

#include <cstdint>
#include <string>

namespace troika {

/// A flag that tasks wait for: set() lets all of them pass, now and until clear().
///
/// Thread: any, and tasks of any scheduler.
/// Lifetime: outlives every wait; whoever has seen it set may destroy it.
class event {
public:
    /// `name` is for the task tree, and must outlive the event.
    explicit event(const char* name = nullptr) noexcept : name_(name) {}

    /// What wait() gives: an awaiter.
    class [[nodiscard("waits only when it is awaited, or asked to block()")]] wait_operation final
        : public impl::wait_place {
    public:
        explicit wait_operation(event& of) noexcept : of_(of) {}
        wait_operation(wait_operation&&) noexcept = default;

        [[nodiscard]] bool await_ready() const noexcept { return of_.is_set(); }
        void await_resume() const { throw_if_aborted(); }
        /// Blocks this thread instead. Thread: any that does not run an event loop.
        void block() {
            if (!await_ready()) block_thread();
        }
        [[nodiscard]] std::string label() const override;

    private:
        bool line_up() noexcept override;
        abort_answer abort() noexcept override;
        event& of_;
    };

    /// Waits until the event is set; not at all where it is. Who waits when set() is called passes,
    /// even if clear() follows at once. Cancel: at once.
    [[nodiscard]] wait_operation wait() noexcept { return wait_operation{*this}; }

    /// Wakes all who wait, in the order in which they came.
    void set() noexcept;
    /// From now on wait() waits again.
    void clear() noexcept;
    [[nodiscard]] bool is_set() const noexcept { return (word_.load() & set_bit) != 0; }

private:
    static constexpr std::uint64_t set_bit = 2;

    const char* const name_;
    impl::lock_word word_;
    impl::wait_line<wait_operation> line_;   // guarded by word_
};

}  // namespace troika
