// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <string_view>

namespace troika {

/// Takes the next piece of a trace that is written: at most some ten thousand bytes, gone when it
/// returns.
using trace_sink = std::function<void(std::string_view)>;

}  // namespace troika
