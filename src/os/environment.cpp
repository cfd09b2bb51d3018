// SPDX-License-Identifier: MIT
#include "os/environment.hpp"

#include <cerrno>
#include <cstdlib>

#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

namespace troika::os {

std::optional<std::string> environment(const char* name) {
    const char* value = std::getenv(name);
    if (!value) return std::nullopt;
    return value;
}

std::optional<std::string> safe_environment(const char* name) {
    const char* value = ::secure_getenv(name);
    if (!value) return std::nullopt;
    return value;
}

const char* const* whole_environment() noexcept { return environ; }

void forget_environment(const char* name) noexcept { ::unsetenv(name); }

const char* program_name() noexcept { return program_invocation_name; }

int process_id() noexcept { return ::getpid(); }

std::string kernel_release() {
    utsname names{};
    if (::uname(&names) != 0) return "unknown kernel";
    return std::string(names.sysname) + " " + names.release;
}

descriptor_limits get_descriptor_limits() noexcept {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    return {.soft = limit.rlim_cur, .hard = limit.rlim_max};
}

std::uint64_t raise_descriptor_limit() noexcept {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    const rlimit raised{.rlim_cur = limit.rlim_max, .rlim_max = limit.rlim_max};
    return ::setrlimit(RLIMIT_NOFILE, &raised) == 0 ? raised.rlim_cur : limit.rlim_cur;
}

}  // namespace troika::os
