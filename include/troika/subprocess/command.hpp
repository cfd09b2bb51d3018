// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troika::subprocess {

/// A program and its arguments: `{"gzip", "-9"}`, or a vector of strings. No shell reads them.
///
/// A program without a slash is looked for in PATH, that of the child's environment.
class command {
public:
    /// Throws: std::invalid_argument for an empty program, and for NUL characters.
    template <std::convertible_to<std::string_view>... Words>
    requires(sizeof...(Words) > 0) command(const Words&... words) {
        words_.reserve(sizeof...(Words));
        (words_.emplace_back(std::string_view(words)), ...);
        require_valid();
    }
    /// Throws: the same; also when there are no words at all.
    command(std::vector<std::string> words) : words_(std::move(words)) { require_valid(); }

    [[nodiscard]] const std::string& program() const noexcept { return words_.front(); }
    /// The program and its arguments; not empty.
    [[nodiscard]] const std::vector<std::string>& words() const noexcept { return words_; }

    /// The paths at which the program may be, in the order in which execvp() tries them.
    [[nodiscard]] std::vector<std::string> candidates(std::string_view path) const;

    /// The path that is searched where the environment has no PATH.
    static constexpr std::string_view standard_path = "/bin:/usr/bin";

private:
    void require_valid() const;

    std::vector<std::string> words_;
};

/// As it would be typed into a shell, for messages: with quotation marks where they are needed, no
/// control characters, and cut off where it becomes too long for a message.
[[nodiscard]] std::string to_string(const command& which);

}  // namespace troika::subprocess
