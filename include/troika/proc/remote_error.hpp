// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <stdexcept>
#include <string>

namespace troika {

/// What a function in another process has thrown, when that cannot be rebuilt here: its type is
/// neither standard, nor one of troika's, nor known by register_exception().
///
/// what() is that of the original.
class remote_error : public std::runtime_error {
public:
    struct description {
        std::string type_name;
        std::string message;
        std::string stack;
        std::string where;
    };

    explicit remote_error(description parts)
        : std::runtime_error(parts.message),
          parts_(std::make_shared<const description>(std::move(parts))) {}

    /// As in the source, "http::parse_failure" or "int".
    [[nodiscard]] const std::string& type_name() const noexcept { return parts_->type_name; }

    /// The calls that were open where it was thrown, the innermost first, a line for each:
    /// "parse(int) at plugin.so+0x12af". Functions that are not exported have no name; the number
    /// is what `addr2line -fie plugin.so` takes. May be empty.
    [[nodiscard]] const std::string& stack() const noexcept { return parts_->stack; }

    /// Which process has thrown it, "worker 3, pid 1234". May be empty.
    [[nodiscard]] const std::string& where() const noexcept { return parts_->where; }

private:
    std::shared_ptr<const description> parts_;   // copies of an exception must not fail
};

}  // namespace troika
