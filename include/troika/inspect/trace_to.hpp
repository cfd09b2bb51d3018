// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace troika {

/// What trace_to() gives: records this process, and writes a file when it goes.
/// Thread: any, one at a time.
class [[nodiscard("the trace ends when this goes")]] trace_file {
public:
    /// As trace_to().
    explicit trace_file(std::string path);
    trace_file(const trace_file&) = delete;
    trace_file& operator=(const trace_file&) = delete;
    /// Writes the file, if that was not done; a failure is reported on standard error.
    ~trace_file();

    /// Ends the recording and writes the file, replacing one of that name. Once.
    /// Throws: std::system_error; std::bad_alloc. Then nothing is under that name, or what was.
    void write();
    /// Puts a moment with this name on the lane of the task, or thread, that calls.
    void mark(std::string_view name) noexcept;

private:
    struct state;
    const std::unique_ptr<state> state_;
};

/// Records what this process does, as trace_session, until the result goes, and then writes it to
/// `path`: Chrome's JSON for a name that ends with .json, Perfetto's format for .pftrace and
/// .perfetto-trace, a page for a browser for .html.
///
/// Worker processes of pools, if they start and end meanwhile, are part of it. Beside the file
/// there is a folder `path`.parts meanwhile; the file itself appears at once, whole.
/// The same without a line of code: run the program with TROIKA_TRACE=path.
/// Throws: std::invalid_argument for a name with another ending; std::system_error where nothing
/// can be written there, or another trace is being written there; std::bad_alloc.
[[nodiscard]] inline trace_file trace_to(std::string path) { return trace_file(std::move(path)); }

}  // namespace troika
