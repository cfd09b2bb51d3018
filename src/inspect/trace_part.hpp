// SPDX-License-Identifier: MIT
#pragma once

#include <troika/inspect/trace_data.hpp>
#include <troika/inspect/trace_sink.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace troika::impl {

/// What one process has recorded, before it is joined with others: arrows between processes have
/// one end in each.
struct trace_part {
    struct open_end {
        arrow_kind kind = arrow_kind::call;
        bool outgoing = false;
        std::uint32_t lane = 0;
        std::int64_t at = 0;
        std::uint64_t call = 0;   ///< the process that makes it, and its number there
    };

    trace_data data;
    std::vector<open_end> ends;
};

/// Writes a part for read_part(), of this machine or another.
void write_part(const trace_part& part, const trace_sink& to);

/// Throws: std::runtime_error saying what is wrong, where `bytes` are not what write_part() writes,
/// or break the rules of trace_data. Memory: a small multiple of `bytes`, whatever they claim.
[[nodiscard]] trace_part read_part(std::span<const std::byte> bytes);

/// One trace of several processes on one clock, and the arrows between them.
/// Requires: parts that keep the rules of trace_data.
[[nodiscard]] trace_data join_parts(std::vector<trace_part> parts);

}  // namespace troika::impl
