// SPDX-License-Identifier: MIT
#pragma once

namespace troika::os {

/// From now on C's standard output and error write whole lines, each by one system call where it
/// is no longer than a few KiB, so that lines of several processes do not mix.
/// Thread: before any other uses them.
void write_whole_lines() noexcept;

}  // namespace troika::os
