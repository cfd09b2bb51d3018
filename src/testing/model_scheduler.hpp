// SPDX-License-Identifier: MIT
#pragma once

#include "testing/model_memory.hpp"
#include "testing/vector_clock.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace troika::testing::impl {

/// What the next step of a thread will do, as far as other threads are concerned.
struct pending_step {
    std::size_t location = model_memory::none;
    std::memory_order order = std::memory_order_relaxed;
    bool is_load = false;   // and nothing else
};

enum class step_effect : unsigned char { load, write, other };

/// Tells which threads may run next. Thread 0 is the scenario itself: it is never one of them.
///
/// Reduction: a thread whose next step has been explored sleeps until a step that does not commute
/// with it (sleep sets; Godefroid, "Partial-Order Methods", 1996). A load commutes with a store
/// that it does not read: as it can be executed later and still find the old value, it wakes only
/// for the new one.
/// Spinning: a thread that pauses waits until others made a step; from its second pause on, for all
/// that it could have let run and that did not (Musuvathi and Qadeer, "Fair Stateless Model
/// Checking", 2008); when rounds find nothing new, until a value that it has read changes.
class model_scheduler {
public:
    static constexpr std::size_t none = static_cast<std::size_t>(-1);

    struct limits {
        unsigned preemptions_max;
        unsigned idle_rounds_max;
        std::size_t history_max;
        bool reduce;
    };

    explicit model_scheduler(model_memory& memory, const limits& options)
        : memory_(&memory), options_(options) {}

    /// Begins an execution with threads 1 to `count`.
    void begin(std::size_t count, const thread_view& view);

    [[nodiscard]] thread_view& view(std::size_t thread) noexcept { return threads_[thread].view; }
    [[nodiscard]] std::size_t count() const noexcept { return count_; }

    /// The thread stands before `next`.
    void park(std::size_t thread, const pending_step& next) noexcept;
    void block(std::size_t thread, std::size_t location) noexcept;
    void pause(std::size_t thread);
    void finish(std::size_t thread) noexcept { threads_[thread].state = thread_state::finished; }
    void wake(std::size_t thread) noexcept { threads_[thread].state = thread_state::resumable; }

    /// Gives the threads that wait for `location`.
    void waiting(std::size_t location, std::vector<std::size_t>& threads) const;
    [[nodiscard]] bool is_blocked(std::size_t thread) const noexcept {
        return threads_[thread].state == thread_state::blocked;
    }
    [[nodiscard]] bool is_finished(std::size_t thread) const noexcept {
        return threads_[thread].state == thread_state::finished;
    }
    [[nodiscard]] std::size_t location_of(std::size_t thread) const noexcept {
        return threads_[thread].next.location;
    }

    /// Returns: a thread that has to go on, without a step, to where it parks; or `none`.
    std::size_t next_to_advance();

    /// Returns: the threads that may make the next step, the one that made the last first. When
    /// there are none, all have finished or nobody can go on.
    std::span<const std::size_t> candidates();

    /// Candidate number `index` of the last candidates() makes the next step.
    /// Returns: the thread.
    std::size_t choose(std::size_t index, std::uint32_t sequence) noexcept;

    /// Whether all that can follow here has been explored in another order.
    [[nodiscard]] bool is_redundant() const noexcept { return redundant_; }

    /// The stores that the load may read for which `thread` is parked, the newest first.
    std::span<const store_id> loadable(std::size_t thread);

    /// The thread has done its step. `value`: what is in the location as far as it knows.
    void executed(std::size_t thread, step_effect effect, store_id store, std::uint64_t value);

private:
    enum class thread_state : unsigned char {
        resumable, parked, blocked, paused, finished
    };

    struct reading {
        std::size_t location;
        store_id store;
        std::uint64_t value;

        friend bool operator==(const reading&, const reading&) = default;
    };

    struct runner {
        thread_view view;
        pending_step next;
        thread_state state = thread_state::resumable;
        bool yielded = false;       // since its last step: others run next without a pre-emption
        bool asleep = false;
        std::uint32_t explored = 0; // a load that reads a store up to this one is explored
        unsigned idle_rounds = 0;
        unsigned pauses = 0;
        unsigned stepped = 0;       // who made a step since the last pause, a bit for each
        unsigned owed = 0;          // who has to, before it goes on
        std::uint64_t paused_at = 0;
        std::vector<reading> round;      // since the last pause
        std::vector<reading> last_round;
    };

    [[nodiscard]] unsigned parked() const noexcept;
    [[nodiscard]] bool finds_news(const runner& one) const noexcept;
    [[nodiscard]] bool may_resume(std::size_t index, unsigned parked) const noexcept;
    [[nodiscard]] bool is_candidate(std::size_t index);
    void wake_sleepers(std::size_t by, step_effect effect) noexcept;
    void wake_all_sleepers() noexcept;

    model_memory* memory_;
    limits options_;
    std::array<runner, model_threads_max> threads_;
    std::size_t count_ = 0;
    std::size_t last_ = 0;
    unsigned preemptions_ = 0;
    std::uint64_t pauses_ = 0;
    bool redundant_ = false;
    std::vector<std::size_t> candidates_;
    std::vector<store_id> loadable_;
};

}  // namespace troika::testing::impl
