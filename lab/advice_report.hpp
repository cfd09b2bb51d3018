// SPDX-License-Identifier: MIT
#pragma once

#include "lab/advice.hpp"
#include "lab/run_facts.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace troika::lab {

/// How a report is shown.
struct report_style {
    bool colour = false;
    bool unicode = true;
    std::size_t columns = 80;   ///< at least columns_min are used
    static constexpr std::size_t columns_min = 40;
};

/// What was looked at.
struct report_subject {
    report_subject() = default;

    std::string name;             ///< the command, or the process: printable
    std::optional<int> process;   ///< its number, where it was not started by us
    std::optional<int> code;      ///< with which the command ended, 128 + the number of a signal
};

/// Lines for people: the verdict, the plan, a bar for each use of the time, the processors kept
/// busy over the time, the figures, the doubts. Requires: `runs` is not empty.
[[nodiscard]] std::string text_report(const report_subject& subject, const advice& found,
                                      const std::vector<run_facts>& runs,
                                      const report_style& style);

/// The same for programs: one JSON object, with an end of line. Requires: `runs` is not empty.
[[nodiscard]] std::string json_report(const report_subject& subject, const advice& found,
                                      const std::vector<run_facts>& runs);

}  // namespace troika::lab
