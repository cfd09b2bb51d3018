// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/thread_state.hpp>
#include <troika/inspect/trace_recorder.hpp>

#include "inspect/text_store.hpp"
#include "inspect/trace_record.hpp"
#include "inspect/trace_ring.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace troika::impl {

/// A copy of what a process has recorded.
struct recorded {
    struct thread {
        std::uint32_t id = 0;
        std::string name;
        std::vector<trace_record> records;   // in the order of time
    };

    std::uint32_t process = 0;
    std::string process_name;
    std::vector<thread> threads;
    std::vector<std::string> texts;            // by the numbers in the records
    std::vector<text_store::place> places;     // likewise
    std::int64_t begin_ns = 0;
    std::int64_t end_ns = 0;
    std::uint64_t lost = 0;
};

/// The rings of a trace_recorder, one for each thread, and the texts that their records name.
/// Thread: any.
class recording {
public:
    explicit recording(const trace_recorder::options& limits);
    recording(const recording&) = delete;
    recording& operator=(const recording&) = delete;

    /// The ring of this thread; null when there is none to be had.
    [[nodiscard]] trace_ring* ring() noexcept {
        if (current_thread.recorder == number_) [[likely]]
            return current_thread.ring;
        return find_ring();
    }
    /// Writes `record` with the time of this moment.
    void write(trace_record record) noexcept;
    void count_lost() noexcept { lost_.fetch_add(1, std::memory_order_relaxed); }

    /// Throws: std::bad_alloc.
    [[nodiscard]] recorded collect() const;
    [[nodiscard]] static recorded collect(const trace_recorder& from) {
        return from.recording_->collect();
    }

    text_store texts;

private:
    trace_ring* find_ring() noexcept;

    const trace_recorder::options limits_;
    const std::uint64_t number_;   // among the recorders of this process
    const std::int64_t begin_ns_;
    std::atomic<std::uint64_t> lost_{0};
    mutable std::mutex mutex_;
    std::vector<std::unique_ptr<trace_ring>> rings_;   // guarded by mutex_
};

}  // namespace troika::impl
