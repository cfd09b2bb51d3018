// SPDX-License-Identifier: MIT
#pragma once

#include <troika/inspect/trace_data.hpp>

#include <string>
#include <vector>

namespace troika::lab {

/// A trace, and what its processes are called after in the joined one. Lifetime: the trace.
struct named_trace {
    std::string name;
    const trace_data* trace = nullptr;
};

/// Several runs as one trace that all begin at 0: the processes of each are "name" or "name:
/// process", numbered anew, since processes of different runs may have had the same number.
[[nodiscard]] trace_data join_traces(const std::vector<named_trace>& traces);

}  // namespace troika::lab
