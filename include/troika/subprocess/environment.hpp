// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troika::subprocess {

/// The environment variables of a child: ours with changes, or a set of its own.
class environment {
public:
    /// Those that we have when the child is started.
    environment() noexcept = default;
    /// None.
    [[nodiscard]] static environment empty() {
        environment none;
        none.inherits_ = false;
        return none;
    }

    /// Adds or replaces a variable. Throws: std::invalid_argument for a name that is empty or has a
    /// `=`, and for NUL characters.
    environment& set(std::string_view name, std::string_view value);
    /// The child does not have this variable. Throws: as set().
    environment& unset(std::string_view name);

    /// `NAME=value` for each variable, where ours are `inherited`.
    [[nodiscard]] std::vector<std::string> entries(const char* const* inherited) const;
    /// What the child has for `name`, where ours are `inherited`.
    [[nodiscard]] std::optional<std::string> value(std::string_view name,
                                                   const char* const* inherited) const;

private:
    using change = std::pair<std::string, std::optional<std::string>>;

    [[nodiscard]] const change* find(std::string_view name) const noexcept;
    void put(std::string_view name, std::optional<std::string> value);

    bool inherits_ = true;
    std::vector<change> changes_;   // each name once
};

}  // namespace troika::subprocess
