// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace troika::impl {

/// By which a user has a program write a trace of itself.
inline constexpr const char* trace_variable = "TROIKA_TRACE";
/// By which a process tells its workers where to leave what they have recorded.
inline constexpr const char* trace_parts_variable = "TROIKA_TRACE_PARTS";

/// Does what TROIKA_TRACE=FILE says, the first time that it is called: records until the program
/// exits, then writes FILE. Where another process is writing that file, one above this one as a
/// rule, this one leaves its part to it.
/// What cannot be done is reported on standard error; the program goes on.
/// Nothing is written where a process is killed, or ends by _exit(). Thread: any.
void obey_trace_variable() noexcept;

/// The same for a worker process, by the variable of its parent. Thread: before any other.
void obey_trace_parts_variable() noexcept;

/// What is added to the environment of a worker: empty where nothing is recorded.
[[nodiscard]] std::string trace_parts_setting();

}  // namespace troika::impl
