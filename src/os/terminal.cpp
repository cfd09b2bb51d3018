// SPDX-License-Identifier: MIT
#include "os/terminal.hpp"

#include "os/fd.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace troika::os {

bool is_terminal(int descriptor) noexcept { return ::isatty(descriptor) == 1; }

terminal_size size_of_terminal(int descriptor) noexcept {
    terminal_size size;
    winsize told{};
    if (::ioctl(descriptor, TIOCGWINSZ, &told) == 0) {
        if (told.ws_col > 0) size.columns = told.ws_col;
        if (told.ws_row > 0) size.rows = told.ws_row;
    }
    return size;
}

single_keys::single_keys(int descriptor) noexcept : descriptor_(descriptor) {
    if (::tcgetattr(descriptor, &before_) < 0) return;
    termios now = before_;
    now.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    now.c_cc[VMIN] = 1;
    now.c_cc[VTIME] = 0;
    changed_ = ::tcsetattr(descriptor, TCSANOW, &now) == 0;
}

single_keys::~single_keys() {
    if (changed_) ::tcsetattr(descriptor_, TCSANOW, &before_);
}

bool in_foreground(int descriptor) noexcept {
    const pid_t group = ::tcgetpgrp(descriptor);
    return group >= 0 && group == ::getpgrp();
}

int open_terminal_again(int descriptor) noexcept {
    char path[32];
    std::snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    const int again = ::open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    return again >= 0 ? again : -errno;
}

void write_text(int descriptor, std::string_view text) noexcept {
    while (!text.empty()) {
        const int count = write_some(descriptor, text.data(), static_cast<unsigned>(text.size()));
        if (count == -EAGAIN) {
            pollfd writable{descriptor, POLLOUT, 0};
            ::poll(&writable, 1, -1);
            continue;
        }
        if (count <= 0) return;
        text.remove_prefix(static_cast<std::size_t>(count));
    }
}

}  // namespace troika::os
