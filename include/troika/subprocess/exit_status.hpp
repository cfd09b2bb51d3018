// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace troika::subprocess {

/// How a process ended: with an exit code, or by a signal.
class exit_status {
public:
    /// Exit code 0.
    constexpr exit_status() noexcept = default;
    [[nodiscard]] static constexpr exit_status exited(int code) noexcept {
        return exit_status(code);
    }
    [[nodiscard]] static constexpr exit_status killed(int signal) noexcept {
        return exit_status(-signal);
    }

    /// What it gave to exit(), 0 to 255; or, where a signal ended it, that one's number, negative.
    [[nodiscard]] constexpr int code() const noexcept { return code_; }
    /// The number of the signal that ended it, or 0.
    [[nodiscard]] constexpr int signal() const noexcept { return code_ < 0 ? -code_ : 0; }
    [[nodiscard]] constexpr bool success() const noexcept { return code_ == 0; }

    friend constexpr bool operator==(exit_status, exit_status) noexcept = default;

private:
    explicit constexpr exit_status(int code) noexcept : code_(code) {}

    int code_ = 0;
};

/// `exit code 3` or `ended by SIGKILL`.
[[nodiscard]] std::string to_string(exit_status status);

}  // namespace troika::subprocess
