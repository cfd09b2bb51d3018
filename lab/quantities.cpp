// SPDX-License-Identifier: MIT
#include "lab/quantities.hpp"

#include <fmt/format.h>

#include <cmath>

namespace troika::lab {

namespace {

std::string three_digits(double value) {
    if (value < 9.995) return fmt::format("{:.2f}", value);
    return fmt::format(value < 99.95 ? fmt::runtime("{:.1f}") : fmt::runtime("{:.0f}"), value);
}

}  // namespace

std::string seconds_text(double seconds) {
    if (seconds >= 0.9995) return three_digits(seconds) + " s";
    if (seconds >= 0.0009995) return three_digits(seconds * 1e3) + " ms";
    return fmt::format("{:.0f} us", seconds * 1e6);
}

std::string seconds_text(duration time) {
    return seconds_text(std::chrono::duration<double>(time).count());
}

std::string bytes_text(std::uint64_t bytes) {
    const auto value = static_cast<double>(bytes);
    if (value >= 0x1p30) return three_digits(value / 0x1p30) + " GB";
    if (value >= 0x1p20) return three_digits(value / 0x1p20) + " MB";
    return fmt::format("{:.0f} kB", value / 0x1p10);
}

std::string counted(std::uint64_t count, std::string_view noun) {
    return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::size_t columns_of(std::string_view text) noexcept {
    std::size_t columns = 0;
    for (const char each : text)
        if ((static_cast<unsigned char>(each) & 0xC0) != 0x80) ++columns;
    return columns;
}

std::string padded(std::string_view text, std::size_t columns, bool to_the_right) {
    const std::size_t has = columns_of(text);
    if (has <= columns) {
        const std::string blanks(columns - has, ' ');
        return to_the_right ? blanks + std::string(text) : std::string(text) + blanks;
    }
    std::size_t bytes = 0;
    for (std::size_t seen = 0; bytes < text.size(); ++bytes)
        if ((static_cast<unsigned char>(text[bytes]) & 0xC0) != 0x80 && ++seen > columns) break;
    return std::string(text.substr(0, bytes));
}

}  // namespace troika::lab
