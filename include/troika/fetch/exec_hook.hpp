// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/clock.hpp>
#include <troika/core/task.hpp>
#include <troika/subprocess/exit_status.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace troika::fetch {

/// The command that is run for every finished file (--exec), without a shell.
///
/// Words are separated by blanks and quoted as in a shell: '...', "..." and a backslash before any
/// character. Nothing is expanded: no variables, wildcards or ~.
class exec_hook {
public:
    static constexpr std::size_t bytes_max = 64 * 1024;

    /// Throws: failure (usage) for a quotation mark that is not closed; for characters that only a
    /// shell understands and nobody has quoted (| & ; < > ( ) $ `); for a {} in the text of
    /// `sh -c`, where a file's name, which a server may have chosen, would be run as commands.
    [[nodiscard]] static exec_hook parse(std::string_view command);

    /// The program and its arguments for the file `path`: it stands for each {} in an argument, or
    /// is the last argument if there is none. One that begins with a dash becomes `./-...`, so that
    /// no program takes it for an option.
    [[nodiscard]] std::vector<std::string> arguments_for(const std::string& path) const;

private:
    exec_hook() = default;

    std::vector<std::string> words_;   // not empty
    bool has_place_ = false;           // a {} in one of them
};

/// How a command is run.
struct command_options {
    bool output_to_error = false;   // its standard output is our standard error
    duration grace = std::chrono::seconds(5);   // from SIGTERM to SIGKILL, when it is cancelled
};

/// Runs a program, found in PATH unless it is a path, with nothing to read on standard input, and
/// waits for its end. It has our directory, environment and process group.
///
/// Throws: failure (usage) where it cannot be started: `command not found: x`.
/// Cancel: SIGTERM, and SIGKILL if it is still there after `grace`; the wait goes on until it has
/// ended. A command that ended before the cancel is reported.
/// Requires: `arguments` are not empty, and hold no NUL.
task<subprocess::exit_status> run_command(std::vector<std::string> arguments,
                                          command_options options = {});

}  // namespace troika::fetch
