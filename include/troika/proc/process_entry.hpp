// SPDX-License-Identifier: MIT
#pragma once

#include <stop_token>

namespace troika {

/// The first line of main() in a program that uses process_pool or process.
///
/// In the program itself it returns at once. In a process that the program has started to call its
/// functions, it calls them and never returns: the process ends by exit(), so that what was
/// constructed is destroyed and what was printed is written.
/// Static objects are constructed in both; what main() does before this line is done in both.
/// Standard output and error of a worker are written by whole lines.
void process_entry();

/// What a function can ask about the call that runs it in a worker.
namespace this_call {

/// Whether the call was cancelled: then it should end soon, in whatever way. False outside of a
/// call. Thread: that which runs the call.
[[nodiscard]] bool stop_requested() noexcept;

}  // namespace this_call

}  // namespace troika
