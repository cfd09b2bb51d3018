// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>

namespace troika::watch {

/// UTF-8, cut or filled to so many characters; no byte of a character is left alone.
std::string fitted(const std::string& text, std::size_t columns);

/// ASCII, with spaces before it; what is longer stays whole.
std::string at_right(const std::string& text, std::size_t columns);

}  // namespace troika::watch
