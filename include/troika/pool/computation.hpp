// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <exception>

namespace troika {
class task_node;
}

namespace troika::impl {

/// One call of a parallel algorithm, as its parts see it: whether those that have not begun shall
/// not, and why.
///
/// Thread: any. Lifetime: until its parts have ended.
class computation {
public:
    /// `asker` is the task that waits for it on its own thread, or null: where that is cancelled,
    /// nothing more begins.
    explicit computation(const task_node* asker) noexcept : asker_(asker) {}
    computation(const computation&) = delete;
    computation& operator=(const computation&) = delete;

    /// Nothing more begins.
    void stop() noexcept { over_.store(true, std::memory_order_relaxed); }
    [[nodiscard]] bool is_over() const noexcept {
        return over_.load(std::memory_order_relaxed) || (asker_ != nullptr && asker_is_cancelled());
    }

    /// Returns: not is_over(); where it is, it is noted that something was left out.
    [[nodiscard]] bool goes_on() noexcept {
        if (!is_over()) [[likely]]
            return true;
        skipped_.store(true, std::memory_order_relaxed);
        return false;
    }

    /// Calls `part()`, unless it is over.
    template <class F>
    void run(F&& part) noexcept {
        if (!goes_on()) return;
        try {
            part();
        } catch (...) {
            fail();
        }
    }

    /// Requires: all parts have ended. Throws: what the first that failed threw; `cancelled` where
    /// one has not begun.
    void finish() const;

private:
    [[nodiscard]] bool asker_is_cancelled() const noexcept;
    void fail() noexcept;   // with the exception that is being handled

    const task_node* const asker_;
    std::atomic<bool> over_{false};
    std::atomic<bool> skipped_{false};
    std::atomic<bool> failed_{false};
    std::exception_ptr error_;   // written by the first that failed; read once all have ended
};

}  // namespace troika::impl
