// SPDX-License-Identifier: MIT
#pragma once

#include "inspect/recording.hpp"
#include "inspect/trace_part.hpp"

namespace troika::impl {

/// Makes lanes, spans, arrows and counters of what one process has recorded.
///
/// What happened before `from.begin_ns` is not shown, but seen: a task that had started by then has
/// its name. Records that are missing, because their ring was full, leave spans that begin late or
/// end early, never ones that overlap.
[[nodiscard]] trace_part assemble(const recorded& from);

}  // namespace troika::impl
