// SPDX-License-Identifier: MIT
#pragma once

#include <troika/subprocess/environment.hpp>
#include <troika/subprocess/stdio.hpp>

#include <cstdint>
#include <string_view>

namespace troika::subprocess {

/// Which process group a child is in; signals of a terminal go to whole groups.
enum class process_group : std::uint8_t {
    own,           ///< one of its own, so that what it starts can be ended with it
    ours,          ///< ours: Ctrl-C reaches it, and it may read the terminal
    own_session,   ///< a session, and so a group, of its own, without a terminal
};

/// How a program is started. Lifetime: what it points to, until start() has ended.
struct start_options {
    std::string_view directory = {};                        ///< in which it runs; empty: ours
    const subprocess::environment* environment = nullptr;   ///< null: ours
    stdio standard_input = stdio::inherit;
    stdio standard_output = stdio::inherit;
    stdio standard_error = stdio::inherit;
    process_group group = process_group::own;
};

}  // namespace troika::subprocess
