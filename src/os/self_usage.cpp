// SPDX-License-Identifier: MIT
#include "os/self_usage.hpp"

#include "os/fd.hpp"
#include "os/file.hpp"

#include <array>
#include <charconv>
#include <cstdlib>
#include <string_view>

#include <sys/resource.h>

namespace troika::os {

namespace {

std::chrono::nanoseconds time_of(const timeval& time) noexcept {
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

resource_usage usage_of(int whom) noexcept {
    rusage used{};
    ::getrusage(whom, &used);
    return {.user = time_of(used.ru_utime),
            .system = time_of(used.ru_stime),
            .switches_voluntary = static_cast<std::uint64_t>(used.ru_nvcsw),
            .switches_involuntary = static_cast<std::uint64_t>(used.ru_nivcsw)};
}

}  // namespace

resource_usage usage_of_this_process() noexcept { return usage_of(RUSAGE_SELF); }

resource_usage usage_of_ended_children() noexcept { return usage_of(RUSAGE_CHILDREN); }

std::uint64_t memory_peak() noexcept {
    const fd file(open_file("/proc/self/status", {}));
    if (!file) return 0;
    std::array<char, 8192> content{};
    const int size = read_next(file.get(), content.data(), content.size());
    if (size <= 0) return 0;
    std::string_view text(content.data(), static_cast<std::size_t>(size));
    constexpr std::string_view label = "\nVmHWM:";
    const std::size_t at = text.find(label);
    if (at == std::string_view::npos) return 0;
    text.remove_prefix(at + label.size());
    const std::size_t digits = text.find_first_not_of(" \t");
    if (digits == std::string_view::npos) return 0;
    text.remove_prefix(digits);
    std::uint64_t kilobytes = 0;
    std::from_chars(text.data(), text.data() + text.size(), kilobytes);
    return kilobytes << 10;
}

double load_average() noexcept {
    double load = -1;
    return ::getloadavg(&load, 1) == 1 ? load : -1;
}

}  // namespace troika::os
