// SPDX-License-Identifier: MIT
#pragma once

#include <troika/inspect/trace_data.hpp>
#include <troika/inspect/trace_sink.hpp>

namespace troika {

/// Writes a trace in Perfetto's own format, a protocol buffer, for ui.perfetto.dev and its trace
/// processor.
///
/// Each lane is a track, so nothing is lost as it is in JSON; arrows are flows. Names as for
/// write_chrome_json(). Times are nanoseconds on the monotonic clock of the machine.
/// Throws: std::invalid_argument for a trace that breaks the rules of trace_data; what `to` throws.
/// Source: the protos of Perfetto: trace_packet, track_descriptor, track_event, interned_data.
void write_perfetto(const trace_data& trace, const trace_sink& to);

}  // namespace troika
