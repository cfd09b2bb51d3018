// SPDX-License-Identifier: MIT
#pragma once

#include "apps/troika/commands.hpp"

#include <string>
#include <variant>

namespace troika::apps {

/// What to print instead of doing something: help and version on standard output with exit code 0,
/// usage errors on standard error with exit code 2,
/// or 125 where that is a command's.
struct message {
    std::string text;
    int exit_code;
};

using command = std::variant<message, get_command, serve_command, map_command, advise_command,
                             watch_command, compare_command, doctor_command>;

/// Reads the command line. Never throws but std::bad_alloc: every mistake of the user is a message
/// that says what to write instead.
[[nodiscard]] command parse_command_line(int argc, const char* const* argv);

}  // namespace troika::apps
