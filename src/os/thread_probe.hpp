// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace troika::os {

/// Has `look(argument)` called on another thread of this process, wherever it is, from inside a
/// signal handler (SIGURG, which nothing else is told by default): it may only read, must not lock,
/// allocate or throw. System calls of that thread that wait may end with EINTR.
///
/// Returns: 0 once it was called; -ESRCH when there is no such thread; -EBUSY when the program uses
/// SIGURG itself; -ETIMEDOUT when the thread does not take it within a second, as when it is
/// stopped.
/// Thread: any; one probe at a time, others wait.
int probe_thread(int thread, void (*look)(void* argument) noexcept, void* argument) noexcept;

/// The return addresses of the calls in progress on this thread, innermost first, at most `count`.
/// Allocates nothing. Returns: how many there are.
std::size_t calls_in_progress(const void** into, std::size_t count) noexcept;

}  // namespace troika::os
