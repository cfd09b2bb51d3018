// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/clock.hpp>
#include <troika/core/task.hpp>
#include <troika/subprocess/bytes_view.hpp>
#include <troika/subprocess/child.hpp>
#include <troika/subprocess/command.hpp>
#include <troika/subprocess/exit_status.hpp>
#include <troika/subprocess/start_options.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace troika::subprocess {

/// What run() gives of a program that has ended.
struct completed {
    exit_status status;
    std::string output;    ///< what it wrote to standard output, where that was a pipe
    std::string error;     ///< the same of standard error
    std::string command;   ///< as text, for messages

    /// Throws: subprocess_error, which names the command and has the last lines of its standard
    /// error, unless it ended with exit code 0.
    const completed& raise_for_status() const;
};

/// How run() runs a program. Lifetime: what it points to, until run() has ended.
struct run_options {
    bytes_view input = {};                                  ///< what it reads from standard input
    std::string_view directory = {};                        ///< in which it runs; empty: ours
    const subprocess::environment* environment = nullptr;   ///< null: ours
    stdio standard_input = stdio::null;                     ///< where there is no `input`
    stdio standard_output = stdio::pipe;
    stdio standard_error = stdio::pipe;
    process_group group = process_group::own;
    duration timeout = duration::max();
    duration grace = grace_default;                ///< from SIGTERM to SIGKILL, when it must end
    std::size_t output_max = output_max_default;   ///< bytes of each stream that are kept
    bool check = false;                            ///< as raise_for_status() does
};

/// Runs a program to its end: starts it, gives it `input`, and keeps what it writes.
///
/// It has ended when the process has, and all that it started have closed its pipes. Where it is
/// not let to its end, by a timeout, an overrun or a cancellation, it is asked to end with all in
/// its group (SIGTERM), killed (SIGKILL) if it is still there after `grace`, and waited for.
/// Throws: std::system_error naming program and directory, where it cannot be started;
/// timeout_error after `timeout`; output_overrun; subprocess_error, with `check`;
/// std::invalid_argument for options that cannot be. Cancel: it is ended as described, before
/// `cancelled` is thrown. Thread: a task's, of a loop or of a pool.
task<completed> run(command what, run_options options = {});

}  // namespace troika::subprocess
