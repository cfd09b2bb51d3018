// SPDX-License-Identifier: MIT
#pragma once

#include "os/process.hpp"

// Processes. int results: a descriptor or 0; -errno on failure.

namespace troika::os {

struct spawn_options {
    /// The child's standard output is our standard error: ours holds data that it must not mix in.
    bool output_to_error = false;
};

/// Starts the program `arguments[0]`, looked for in PATH unless it has a slash, with `arguments`,
/// which end with null. It sleeps until the program is loaded: not for a loop's thread.
///
/// The child has our environment, directory and process group, so that Ctrl-C reaches it; default
/// signal dispositions and no blocked signals; nothing to read on standard input; and of our
/// descriptors only standard output and error.
/// Returns: 0, and in `process` its number, which is the child's until it was reaped; -ENOENT when
/// there is no such program.
int spawn(const char* const* arguments, const spawn_options& options, int& process) noexcept;

/// A descriptor that stands for a child and is readable once it has ended; close-on-exec.
/// Requires: it was not reaped. -ENOSYS before Linux 5.3.
int open_process(int process) noexcept;

/// Kills the child `process`, for which there is no descriptor, and reaps it. Sleeps until then.
void kill_and_reap(int process) noexcept;

}  // namespace troika::os
