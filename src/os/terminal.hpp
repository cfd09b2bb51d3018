// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string_view>

#include <termios.h>

namespace troika::os {

/// Whether a descriptor is a terminal.
bool is_terminal(int descriptor) noexcept;

struct terminal_size {
    std::size_t columns = 80;
    std::size_t rows = 24;

    friend bool operator==(const terminal_size&, const terminal_size&) = default;
};

/// The size of the terminal behind a descriptor; 80 by 24 where it cannot be told.
terminal_size size_of_terminal(int descriptor) noexcept;

/// Keys of a terminal come one by one and are not shown, as long as it lives; nothing changes where
/// `descriptor` is no terminal. Signals of keys, such as Ctrl-C, stay.
class single_keys {
public:
    explicit single_keys(int descriptor) noexcept;
    single_keys(const single_keys&) = delete;
    single_keys& operator=(const single_keys&) = delete;
    ~single_keys();

private:
    int descriptor_;
    bool changed_ = false;
    termios before_{};
};

/// Whether this process belongs to the terminal's foreground group: only that one may draw.
/// Returns: false also where `descriptor` is not the terminal that controls this process.
bool in_foreground(int descriptor) noexcept;

/// Opens the terminal behind a descriptor once more, for writing that never blocks: O_NONBLOCK on
/// `descriptor` itself would be one for all programs that share it. Returns: a descriptor or
/// -errno.
int open_terminal_again(int descriptor) noexcept;

/// Writes all of `text`, waiting as long as the reader does. Errors end it silently: who reads
/// messages has gone.
void write_text(int descriptor, std::string_view text) noexcept;

}  // namespace troika::os
