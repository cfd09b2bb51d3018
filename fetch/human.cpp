// SPDX-License-Identifier: MIT
#include "fetch/human.hpp"

#include <algorithm>
#include <cstdio>

namespace troika::fetch {
namespace {

template <class... Values>
std::string print(const char* format, Values... values) {
    char text[48];
    std::snprintf(text, sizeof text, format, values...);
    return text;
}

std::string whole_units(std::chrono::seconds time) {
    const long long seconds = time.count();
    if (seconds < 60) return print("%llds", seconds);
    if (seconds < 3600) return print("%lldm%02llds", seconds / 60, seconds % 60);
    if (seconds < 86400) return print("%lldh%02lldm", seconds / 3600, seconds / 60 % 60);
    return print("%lldd%02lldh", seconds / 86400, seconds / 3600 % 24);
}

}  // namespace

std::string human_size(std::uint64_t bytes) {
    if (bytes < 1024) return std::to_string(bytes) + " B";
    double value = static_cast<double>(bytes);
    // Goes on while the value would be *printed* as 1024 or more.
    const char* unit = "KMGTPE";
    for (value /= 1024; value >= 1023.5 && unit[1] != '\0'; ++unit) value /= 1024;
    return print(value < 99.95 ? "%.1f %ciB" : "%.0f %ciB", value, *unit);
}

std::string human_speed(double bytes_per_second) {
    const bool sensible = bytes_per_second >= 0 && bytes_per_second < 1e18;
    return human_size(sensible ? static_cast<std::uint64_t>(bytes_per_second) : 0) + "/s";
}

std::string human_duration(std::chrono::nanoseconds time) {
    const double seconds = std::max(std::chrono::duration<double>(time).count(), 0.0);
    if (seconds < 9.995) return print("%.2f s", seconds);
    if (seconds < 59.95) return print("%.1f s", seconds);
    return whole_units(std::chrono::round<std::chrono::seconds>(time));
}

std::string human_time_left(std::chrono::seconds time) {
    if (time >= std::chrono::days(100)) return "--";
    return whole_units(std::max(time, std::chrono::seconds(0)));
}

}  // namespace troika::fetch
