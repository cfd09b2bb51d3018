// SPDX-License-Identifier: MIT
#pragma once

#include <troika/inspect/trace_data.hpp>

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

namespace troika {

/// Takes the next bytes of an encoded trace.
using byte_sink = std::function<void(std::span<const std::uint8_t>)>;

/// Whether `trace` keeps the rules of trace_data.
/// Throws: std::invalid_argument, with `name` and the rule that is broken.
void check_trace(const trace_data& trace, std::string_view name);

/// Writes `trace` in the compact form that page/trace.js reads: some four to eight bytes a span.
///
/// All numbers are LEB128; "signed" ones zigzag first. A gap is the distance from the end of the
/// span before on the lane, or from the moment, arrow or sample before. In this order:
///
///     "TTL1", length, begin_ns (signed), lost
///     texts: count, the length of each, the bytes of all
///     processes: count, of each: pid, name
///     lanes: count, of each: process, kind, id, name, how many spans, how many moments
///     spans, lane by lane: head, gap if bit 3, end - begin, name if bit 4, detail if bit 5, task
///         if bit 6. Bits 0..2 of the head are the state; name, detail and task are signed
///         differences from those of the last span of that state on the lane, at first 0. The task
///         is the index of its lane + 1.
///     moments, lane by lane in the order of time: gap, name
///     arrows: count, in the order of `from`: kind, gap, to - from, from_lane, to_lane
///     counters: count, of each: process, name, how many samples, of each: gap, signed difference
///
/// Texts are made fit to be seen (see shown_text).
/// Requires: check_trace() has passed.
void write_trace_bytes(const trace_data& trace, const byte_sink& sink);

}  // namespace troika
