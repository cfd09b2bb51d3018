// SPDX-License-Identifier: MIT
#pragma once

#include <troika/inspect/trace_data.hpp>
#include <troika/inspect/trace_sink.hpp>

namespace troika {

/// Writes a trace as the JSON that Perfetto's viewer, chrome://tracing and Speedscope open.
///
/// Spans of threads become slices; tasks become asynchronous events with their waits nested in
/// them; arrows start and end at the slices of the threads that ran the tasks. Any name is valid
/// JSON afterwards: bytes that are no UTF-8 and control characters become U+FFFD.
/// Times are microseconds since the beginning of the trace, with three decimals.
/// Throws: std::invalid_argument for a trace that breaks the rules of trace_data; what `to` throws.
/// Source: the Trace Event Format of Chromium.
void write_chrome_json(const trace_data& trace, const trace_sink& to);

}  // namespace troika
