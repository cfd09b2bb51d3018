// SPDX-License-Identifier: MIT
#pragma once

#include <troika/sync/lock_word.hpp>
#include <troika/sync/wait_line.hpp>

#include <cstddef>
#include <stdexcept>
#include <string>

namespace troika {

/// The barrier was reset or aborted while a task waited at it, or stays broken.
class broken_barrier : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Holds tasks back until a given number of them has arrived; then all go on, and it begins again.
///
/// Thread: any, and tasks of any scheduler. Lifetime: outlives every wait.
class barrier {
public:
    /// `name` is for the task tree, and must outlive the barrier.
    /// Throws: std::invalid_argument when `parties` is 0.
    explicit barrier(std::size_t parties, const char* name = nullptr);

    /// What wait() gives: an awaiter.
    class [[nodiscard("waits only when it is awaited, or asked to block()")]] wait_operation final
        : public impl::wait_place {
    public:
        explicit wait_operation(barrier& of) noexcept : of_(of) {}
        wait_operation(wait_operation&&) noexcept = default;

        [[nodiscard]] bool await_ready() const noexcept { return false; }
        std::size_t await_resume() const {
            throw_if_aborted();
            throw_if_broken();
            return index_;
        }
        /// Blocks this thread instead. Thread: any that does not run an event loop.
        std::size_t block() {
            block_thread();
            throw_if_broken();
            return index_;
        }
        [[nodiscard]] std::string label() const override;

    private:
        friend class barrier;
        bool line_up() noexcept override;
        abort_answer abort() noexcept override;
        void throw_if_broken() const;

        barrier& of_;
        std::size_t index_ = 0;
        bool broken_ = false;
    };

    /// Waits until all parties have come.
    ///
    /// Returns: a different number for each, from 0 for the first in line to parties() - 1 for the
    /// last. Throws: broken_barrier. Cancel: leaves the line, and the others wait on for another.
    [[nodiscard]] wait_operation wait() noexcept { return wait_operation{*this}; }

    /// Sends away those who wait, with broken_barrier; the barrier is as new.
    void reset() noexcept { send_away(false); }
    /// Sends away those who wait and all who come, with broken_barrier, until reset().
    void abort() noexcept { send_away(true); }

    [[nodiscard]] std::size_t parties() const noexcept { return parties_; }
    [[nodiscard]] std::size_t waiting() const noexcept;
    [[nodiscard]] bool is_broken() const noexcept { return (word_.load() & broken_bit) != 0; }

private:
    void send_away(bool stay_broken) noexcept;

    static constexpr std::uint64_t broken_bit = 2;

    const std::size_t parties_;
    const char* const name_;
    mutable impl::lock_word word_;
    impl::wait_line<wait_operation> line_;   // guarded by word_; shorter than parties_
};

}  // namespace troika
