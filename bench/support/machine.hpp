// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

namespace bench {

/// The processor, the number of cores that this process may use, memory, huge pages.
std::string machine();
std::string kernel();
/// The compiler of the benchmark and its flags.
std::string compiler();
/// Date and time, UTC.
std::string date();
/// Tasks that wanted to run in the last minute: much above what the benchmark needs means noise.
double load();

/// The cores that this process may use.
std::vector<int> cores();
/// Where what drives the measurement runs, and where what is measured does: two cores when there
/// are two, else -1, which is anywhere.
int driver_core();
int measured_core();

}  // namespace bench
