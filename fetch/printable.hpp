// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace troika::fetch {

/// Makes text that a server or a user supplied safe to show: what would command the terminal,
/// reorder the line or hide in it becomes a visible escape (`\n`, `\x1b`, `\u{202e}`), and so does
/// each byte that is not UTF-8. The answer is one line.
[[nodiscard]] std::string printable(std::string_view text);

/// `text`, which is printable UTF-8, for a terminal that does not understand it: each character
/// beyond ASCII as a visible escape (`\u{4e2d}`).
[[nodiscard]] std::string ascii_only(std::string_view text);

/// `url` as it may appear in messages, logs and events: without its user name and password.
[[nodiscard]] std::string redacted(std::string_view url);

}  // namespace troika::fetch
