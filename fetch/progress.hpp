// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace troika::fetch {

enum class file_state : std::uint8_t { connecting, downloading, waiting, verifying, done, failed };

/// One file as the display shows it.
struct file_progress {
    std::string_view name;   // any text: it is made printable
    file_state state = file_state::connecting;
    std::uint64_t bytes = 0;
    std::optional<std::uint64_t> total;
    double bytes_per_second = 0;
    std::optional<std::chrono::seconds> time_left;   // waiting: until the next attempt
};

/// A whole run at one moment.
struct progress_snapshot {
    std::span<const file_progress>
        files;   // those that deserve a row now, the most interesting first
    std::uint64_t active = 0, queued = 0, done = 0, failed = 0;
    bool more = false;                    // the list goes on: there are more files than these
    std::uint64_t bytes = 0;              // there are of all these files
    std::optional<std::uint64_t> total;   // expected in all, once every size is known
    double bytes_per_second = 0;
    std::optional<std::chrono::seconds> time_left;
};

/// What the terminal can show.
struct progress_style {
    std::size_t columns = 80;    // of the terminal; rows are a column shorter, so that none wraps
    std::size_t rows_max = 10;   // in all, at least 1: the last is the total
    bool colour = true;          // off under NO_COLOR
    bool unicode = true;         // off where the locale is not UTF-8: all is ASCII then
};

/// Draws the snapshot: a row for each file as far as there are rows, "… and 37 more" if there are
/// not, and the total. A pure function; every row fits the terminal, however narrow, and all have
/// the same width. A terminal of one column has no room for any.
[[nodiscard]] std::vector<std::string> render_progress(const progress_snapshot& now,
                                                       const progress_style& style);

/// What is said of a file that has ended, once, whatever the terminal is.
struct file_report {
    std::string_view name;
    std::uint64_t bytes = 0;
    std::chrono::nanoseconds time{};
    bool skipped = false;            // it was there and unchanged
    std::string_view failure = {};   // not empty: it failed, and this is the message
    bool resumable = false;          // what has come of a failed one is kept
};

/// One line without its end, such as `done  name  12.3 MiB in 1.20 s, 10.2 MiB/s`.
[[nodiscard]] std::string render_report(const file_report& report, bool colour);

/// What is said of an attempt that failed and is followed by another after `wait`, in one line
/// without its end. `failure`: the message, printable already.
[[nodiscard]] std::string render_retry(std::string_view failure, std::chrono::nanoseconds wait,
                                       bool colour);

}  // namespace troika::fetch
