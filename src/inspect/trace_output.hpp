// SPDX-License-Identifier: MIT
#pragma once

#include "inspect/trace_part.hpp"
#include "os/fd.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace troika::impl {

/// The file that a trace is written to, and the folder beside it, `FILE.parts`, in which other
/// processes leave what they have recorded.
///
/// The folder is there while the process that makes the trace lives, or was killed; a lock on it
/// says which. Thread: one.
class trace_output {
public:
    enum class format : std::uint8_t { chrome_json, perfetto, page };

    /// Throws: std::invalid_argument where the name's ending says no format; std::system_error
    /// where nothing can be written there.
    explicit trace_output(const std::string& path);
    trace_output(const trace_output&) = delete;
    trace_output& operator=(const trace_output&) = delete;
    ~trace_output();

    /// Whether this process is the one that writes the file. Else another one does, to whose parts
    /// this one may add its own.
    [[nodiscard]] bool is_ours() const noexcept { return lock_.get() >= 0; }
    /// Absolute, as is path().
    [[nodiscard]] const std::string& parts() const noexcept { return parts_; }
    [[nodiscard]] const std::string& path() const noexcept { return path_; }

    /// Writes `own`, joined with the parts that are there, which are removed. The file appears
    /// under its name once it is complete. Parts that make no sense are left out, and reported.
    /// Requires: is_ours(). Throws: std::system_error.
    void write(trace_part own);

    /// Leaves `own` among the parts in that folder, as that of process `pid`.
    /// Returns: false where there is no such folder any more. Throws: std::system_error.
    static bool leave_part(const std::string& parts, const trace_part& own, int pid);

    /// A part that is larger is left out.
    static constexpr std::uint64_t part_bytes_max = std::uint64_t{256} << 20;
    static constexpr std::size_t parts_max = 4096;

private:
    void claim();
    void take_parts(std::vector<trace_part>* into) noexcept;
    void release() noexcept;

    std::string path_;
    std::string parts_;
    format format_;
    os::fd lock_;   // the folder, open and locked
};

}  // namespace troika::impl
