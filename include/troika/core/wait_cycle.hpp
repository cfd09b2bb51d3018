// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/future_core.hpp>

#include <exception>

namespace troika {
class task_node;
}

namespace troika::impl {

/// What is done on this thread now, as far as somebody can wait for it: the task, or the job, that
/// runs. Null on other threads.
[[nodiscard]] const future_core* current_work() noexcept;

/// Says, as long as it lives, that the work on this thread waits for `awaited` while it keeps the
/// thread. Throws: would_deadlock when `awaited` waits for that work, directly or through others.
/// Thread: that which waits.
class [[nodiscard]] blocked_work {
public:
    explicit blocked_work(const future_core& awaited);
    blocked_work(const blocked_work&) = delete;
    blocked_work& operator=(const blocked_work&) = delete;
    ~blocked_work();

private:
    friend class wait_register;
    const future_core* const who_;
    const future_core& awaited_;
};

/// Whether `awaited`, for which the parked and held task `who` waits, waits for `who`, directly or
/// through others. Returns: null, or a would_deadlock that names them all.
[[nodiscard]] std::exception_ptr find_wait_cycle(const task_node& who, const future_core& awaited);

}  // namespace troika::impl
