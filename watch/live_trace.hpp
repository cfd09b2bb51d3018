// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <string>

namespace troika::watch {

/// Has process `pid` record what it does for `length`, and write that to `path`; the ending says
/// how, as with TROIKA_TRACE. Waits for the end.
///
/// A loop of the program is woken for it; without one it begins when a pool has something to do. `patience`: how long it may take for
/// that. A path that is not absolute is one of ours.
/// Throws: not_visible; std::runtime_error when it fails, saying why.
void trace_program(int pid, const std::string& path, std::chrono::milliseconds length,
                   std::chrono::milliseconds patience);

}  // namespace troika::watch
