// SPDX-License-Identifier: MIT
#pragma once

#include "mapper/halt_policy.hpp"

#include <troika/core/clock.hpp>

#include <optional>
#include <string>
#include <vector>

namespace troika::mapper {

/// What `troika map` shall do.
struct map_options {
    map_options() = default;

    std::vector<std::string> command;                    // a template: see command_template
    std::optional<std::vector<std::string>> arguments;   // the inputs after :::, if there is one
    std::string file;                                    // with the inputs; empty: standard input
    bool null_separated = false;          // inputs end with NUL, not with a line's end
    unsigned jobs = 0;                    // at a time; 0: one for each processor
    bool keep_order = false;              // output in the order of the inputs
    bool tag = false;                     // each line of output begins with its input and a tab
    bool dry_run = false;                 // say what would be run
    bool bar = false;                     // progress on standard error
    duration timeout = duration::max();   // of each attempt
    unsigned tries = 1;                   // attempts at most for each input
    halt_policy halt;
    std::string job_log;          // a file; empty: none
    bool resume = false;          // leave out what the log has
    bool resume_failed = false;   // leave out what the log has as successful
};

/// Throws: std::invalid_argument for options that contradict each other.
void check_options(const map_options& options);

}  // namespace troika::mapper
