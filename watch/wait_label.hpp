// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace troika::watch {

/// What a task waits for, by the name of the type of its suspension, as suspension::label() would
/// say it without the name of the object.
std::string wait_label(std::string_view type);

/// What `link`, read from /proc/`pid`/fd, stands for: of a TCP or Unix socket its addresses.
std::string socket_label(int pid, const std::string& link);

}  // namespace troika::watch
