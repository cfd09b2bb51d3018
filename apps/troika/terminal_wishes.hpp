// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <optional>
#include <string>

namespace troika::apps {

/// What the environment says of terminals. The same for all commands.
struct terminal_wishes {
    bool capable = false;   ///< it can do more than print lines: TERM is set, and is not "dumb"
    bool colour = false;    ///< it is, and NO_COLOR is not set, or empty
    bool unicode = false;   ///< the locale is one of UTF-8
};

using environment_lookup = std::function<std::optional<std::string>(const char*)>;
[[nodiscard]] terminal_wishes read_terminal_wishes(const environment_lookup& environment);

}  // namespace troika::apps
