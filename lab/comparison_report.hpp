// SPDX-License-Identifier: MIT
#pragma once

#include "lab/comparison.hpp"
#include "lab/shown_style.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace troika::lab {

/// For people: what was done and where, the table, the picture, and the advice.
[[nodiscard]] std::string comparison_text(const comparison& of, const shown_style& style);

/// For programs: one object, with an end of line: {"workload": {...}, "machine": {...},
/// "repeats": n, "models": [{"model": "async", "wall_s": ..., "wall_s_min": ..., "wall_s_max": ...,
/// "cpu_s": ..., ...}], "advice": [...]}. Figures are medians of the runs.
[[nodiscard]] std::string comparison_json(const comparison& of);

/// What a browser shows: facts, table, advice, and a timeline for each model. Written in pieces.
void comparison_page(const comparison& of, const std::function<void(std::string_view)>& to);

/// Which format a trace has, by the ending of its file's name.
enum class trace_format : std::uint8_t { chrome_json, perfetto, page };
/// Throws: std::invalid_argument for another ending.
[[nodiscard]] trace_format trace_format_of(std::string_view path);

/// All models as processes of one trace.
void comparison_trace(const comparison& of, trace_format format,
                      const std::function<void(std::string_view)>& to);

}  // namespace troika::lab
