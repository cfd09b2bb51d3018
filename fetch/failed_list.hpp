// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/task.hpp>
#include <troika/fetch/input_list.hpp>
#include <troika/sync/mutex.hpp>

#include "os/fd.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace troika::fetch {

/// One download as a line that input_list reads: `URL out=NAME sha256=DIGITS mirror=URL` and a line
/// end.
///
/// User names and passwords of URLs are left out, and so are fragments: a list is kept, sent
/// and shown, and credentials are given again with the command. What a line cannot hold is
/// percent-encoded. Requires: a URL, right or wrong.
[[nodiscard]] std::string list_line(const list_entry& entry);

/// Notes the downloads of a run that failed (--failed-out), in a file that -i reads.
///
/// The file is made with the first of them, or emptied if it is there, so a run without failures
/// leaves none behind nor touches an old one. Each line is written whole as soon as its download
/// has failed: a run that is killed has lost none. Thread: the loop's.
class failed_list {
public:
    /// `path`: of the file; it must not be the list that the run reads.
    explicit failed_list(std::string path) : path_(std::move(path)) {}

    /// Notes `entry`, whose `line` does not matter. Returns: when the kernel has the line.
    /// Throws: failure (file), with no half line left; the next call tries again.
    /// Cancel: on entry; a line that was begun is ended.
    task<void> add(list_entry entry);

    /// How many lines there are.
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

private:
    const std::string path_;
    mutex writing_;
    os::fd file_;
    std::uint64_t bytes_ = 0;   // of whole lines
    std::size_t size_ = 0;
};

}  // namespace troika::fetch
