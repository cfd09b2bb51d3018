// SPDX-License-Identifier: MIT
#pragma once

#include <troika/inspect/trace_data.hpp>

#include <cstdint>
#include <string_view>

namespace troika {

/// Records every loop and pool of this process while it lives, those that are there already and
/// those to come, and the calls to worker processes: what they do, not what happens inside of them.
///
/// Several may overlap; each sees what happened since it began. Schedulers that have an observer of
/// their own are left alone.
/// Thread: any. The memory of the rings stays with the process.
class trace_session {
public:
    /// Throws: std::bad_alloc.
    trace_session();
    trace_session(const trace_session&) = delete;
    trace_session& operator=(const trace_session&) = delete;
    ~trace_session() { stop(); }

    /// Ends the recording, if it goes on.
    void stop() noexcept;
    /// Puts a moment with this name on the lane of the task, or thread, that calls.
    void mark(std::string_view name) noexcept;
    /// What was recorded since it began, up to now or to stop(). Throws: std::bad_alloc.
    [[nodiscard]] trace_data snapshot() const;

private:
    friend class trace_file;

    const std::int64_t begin_ns_;
    std::int64_t end_ns_ = 0;   // 0: it goes on
};

}  // namespace troika
