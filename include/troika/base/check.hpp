// SPDX-License-Identifier: MIT
#pragma once

#include <source_location>
#include <string_view>

namespace troika {

/// What check() hands to the failure handler before the program ends.
struct check_failure {
    std::string_view message;
    std::source_location where;
};

/// Ends the program with `message` and its location on standard error; the task tree is printed
/// first when a higher stratum has installed a reporter.
[[noreturn]] void fail_check(std::string_view message, std::source_location where) noexcept;

/// States what must hold; a false `condition` is a bug of troika or of its caller, never of the
/// outside world, and ends the program. On in every build.
///
/// Thread: any.
constexpr void check(bool condition, std::string_view message,
                     std::source_location where = std::source_location::current()) noexcept {
    if (!condition) [[unlikely]]
        fail_check(message, where);
}

}  // namespace troika
