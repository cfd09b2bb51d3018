// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/trace.hpp>
#include <troika/inspect/trace_recorder.hpp>
#include <troika/inspect/traceable.hpp>

#include "inspect/recording.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

namespace troika::impl {

/// What there is of tracing once in a process: its recorder, and the schedulers that it records
/// while somebody wants that.
///
/// Never destroyed, as threads may record while the process ends.
/// Thread: any.
class process_trace {
public:
    [[nodiscard]] static process_trace& instance() noexcept;

    void add(traceable& which) noexcept;
    void remove(traceable& which) noexcept;

    /// One more wants everything recorded. Returns: since when. Throws: std::bad_alloc.
    std::int64_t begin();
    void end() noexcept;

    /// For what is no scheduler: null while nobody wants it recorded.
    [[nodiscard]] trace_hooks* hooks() const noexcept {
        return hooks_.load(std::memory_order_acquire);   // pairs with begin()
    }
    /// Requires: begin() was called once.
    [[nodiscard]] trace_recorder& recorder() noexcept { return *recorder_; }
    /// What was recorded between two moments; `end_ns` 0: now. Throws: std::bad_alloc.
    [[nodiscard]] recorded collect(std::int64_t begin_ns, std::int64_t end_ns) const;

    /// Where worker processes that are started from now on put what they record; empty: they
    /// record nothing. The one that was said first counts.
    void set_parts(const void* whose, std::string directory);
    void clear_parts(const void* whose) noexcept;
    [[nodiscard]] std::string parts() const;

private:
    process_trace() = default;

    mutable std::mutex mutex_;
    // guarded by mutex_
    intrusive_list<traceable> schedulers_;
    std::unique_ptr<trace_recorder> recorder_;   // once made it stays
    std::size_t wanted_ = 0;
    const void* parts_owner_ = nullptr;
    std::string parts_;

    std::atomic<trace_hooks*> hooks_{nullptr};
};

}  // namespace troika::impl
