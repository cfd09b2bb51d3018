// SPDX-License-Identifier: MIT
#include <troika/subprocess/exit_status.hpp>

#include "os/signal.hpp"

namespace troika::subprocess {

std::string to_string(exit_status status) {
    if (status.signal() == 0) return "exit code " + std::to_string(status.code());
    return "ended by " + os::signal_name(status.signal());
}

}  // namespace troika::subprocess
