// SPDX-License-Identifier: MIT
#include <troika/subprocess/exit_status.hpp>

#include "os/signal.hpp"

namespace troika::subprocess {

std::string to_string(exit_status status) {
    if (status.signal() == 0) return "exit code " + std::to_string(status.code());
    const std::string name = os::signal_name(status.signal());
    if (name != "signal") return "ended by " + name;
    return "ended by signal " + std::to_string(status.signal());
}

}  // namespace troika::subprocess
