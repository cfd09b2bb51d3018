// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>

namespace troika {

/// The peer finished sending before all that was asked for had come.
class incomplete_read : public std::runtime_error {
public:
    incomplete_read(const std::string& subject, std::string partial);

    /// What had come; it is no longer in the stream.
    [[nodiscard]] const std::string& partial() const noexcept { return partial_; }

private:
    std::string partial_;
};

/// More came than a limit allows before the delimiter was found. The bytes stay in the stream.
class limit_overrun : public std::runtime_error {
public:
    limit_overrun(const std::string& subject, std::size_t limit);

    [[nodiscard]] std::size_t limit() const noexcept { return limit_; }

private:
    std::size_t limit_;
};

}  // namespace troika
