// SPDX-License-Identifier: MIT
#pragma once

namespace troika::os {

/// Starts a thread that nobody can wait for, named `name` and with all signals blocked.
///
/// Only for system calls that can last long and that nothing can interrupt: who wants to end must
/// not have to wait for them. `main` owns all that it uses, and `argument` if it is started.
/// Returns: 0 or -errno.
int start_abandonable_thread(const char* name, void (*main)(void* argument) noexcept,
                             void* argument) noexcept;

}  // namespace troika::os
