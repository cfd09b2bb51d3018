// SPDX-License-Identifier: MIT
#pragma once

#include <troika/subprocess/exit_status.hpp>

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

namespace troika::subprocess {

/// A program did not end with exit code 0.
class subprocess_error : public std::runtime_error {
public:
    /// `command` as text; `error`: what it wrote to standard error, of which the message has the
    /// last lines.
    subprocess_error(std::string_view command, exit_status status, std::string_view error);

    [[nodiscard]] exit_status status() const noexcept { return status_; }
    /// Lines and bytes of standard error that a message has at most.
    static constexpr std::size_t lines_max = 10;
    static constexpr std::size_t bytes_max = 2000;

private:
    exit_status status_;
};

/// A program wrote more than its caller wanted to keep.
class output_overrun : public std::runtime_error {
public:
    /// `stream`: `standard output of gzip`.
    output_overrun(std::string_view stream, std::size_t limit);

    [[nodiscard]] std::size_t limit() const noexcept { return limit_; }

private:
    std::size_t limit_;
};

}  // namespace troika::subprocess
