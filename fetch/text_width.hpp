// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace troika::fetch {

/// How many columns `text` takes on a terminal: combining marks none, East Asian and emoji two.
///
/// Requires: `text` is UTF-8 without control characters or escapes, as printable() gives it.
/// Source: Unicode 14 (general categories Mn and Me; East Asian Width W and F), as wcwidth() does.
[[nodiscard]] std::size_t text_width(std::string_view text) noexcept;

/// `text` in exactly `columns` columns: padded with spaces on the right, or with its middle
/// replaced by `mark`, so that both the beginning and the extension of a name can be seen.
[[nodiscard]] std::string fit_to_width(std::string_view text, std::size_t columns,
                                       std::string_view mark);

}  // namespace troika::fetch
