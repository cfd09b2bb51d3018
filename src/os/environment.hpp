// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace troika::os {

/// The value of environment variable `name`, if it is set.
/// Thread: any, as long as nobody changes the environment.
std::optional<std::string> environment(const char* name);

/// The same; none in a program that has more rights than its user.
std::optional<std::string> safe_environment(const char* name);

/// All of it, as `NAME=value`, ended by null. Thread: any, as long as nobody changes it.
const char* const* whole_environment() noexcept;

/// Takes a variable out of our environment. Thread: as above.
void forget_environment(const char* name) noexcept;

/// The name under which this program was started.
const char* program_name() noexcept;

/// The number of this process.
int process_id() noexcept;

/// "Linux 6.18.44", from uname.
std::string kernel_release();

/// The limit on open descriptors in force, and its ceiling.
struct descriptor_limits {
    std::uint64_t soft = 0;
    std::uint64_t hard = 0;
};
descriptor_limits get_descriptor_limits() noexcept;

/// Raises the soft limit to the hard one. Returns: the limit then in force.
std::uint64_t raise_descriptor_limit() noexcept;

}  // namespace troika::os
