// SPDX-License-Identifier: MIT
#pragma once

#include <troika/os/socket_address.hpp>

#include <string>
#include <vector>

namespace troika::os {

/// The name of this machine, as `hostname` prints it.
std::string host_name();

/// The addresses of this machine's network interfaces that are up, with port 0: not those that are
/// valid on one link only, and loopback last.
std::vector<socket_address> own_addresses();

/// The file of the running program; empty when it cannot be told.
std::string program_file();

/// The words with which the program was started, its name first.
std::vector<std::string> command_line();

}  // namespace troika::os
