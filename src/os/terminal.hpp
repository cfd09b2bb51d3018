// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string_view>

namespace troika::os {

/// Whether a descriptor is a terminal.
bool is_terminal(int descriptor) noexcept;

struct terminal_size {
    std::size_t columns = 80;
    std::size_t rows = 24;
};

/// The size of the terminal behind a descriptor; 80 by 24 where it cannot be told.
terminal_size size_of_terminal(int descriptor) noexcept;

/// Writes all of `text`, waiting as long as the reader does. Errors end it silently: who reads
/// messages has gone.
void write_text(int descriptor, std::string_view text) noexcept;

}  // namespace troika::os
