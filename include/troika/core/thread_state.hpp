// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

namespace troika {
class scheduler;
class task_node;
namespace impl {
class future_core;
class pool_worker;
class trace_ring;
struct context_binding;
}
}  // namespace troika

namespace troika::impl {

/// A block that waits in a free list to be used again.
struct free_block {
    free_block* next;
    std::uint64_t depth;   // blocks from here to the end of the list: its length without a counter
};

/// Everything troika keeps per thread: what runs on it, and the recycler's free lists.
///
/// The only thread_local of the library. Plain data, so that access needs no initialisation guard.
struct thread_state {
    static constexpr std::size_t class_bytes = 16;
    static constexpr std::size_t class_count = 64;

    scheduler* home = nullptr;         // the scheduler that runs on this thread
    task_node* task = nullptr;         // the task whose coroutine runs right now
    pool_worker* worker = nullptr;     // of a thread pool: the one that this thread is
    const future_core* job = nullptr;  // of a thread pool: the job that runs right now
    context_binding* context = nullptr;   // context variables of a job, where no task runs
    const std::byte* stack_low = nullptr;          // of a thread of a pool: where its stack ends
    free_block* free[class_count] = {};            // by size class
    std::byte* arena = nullptr;        // where new blocks are cut from
    std::byte* arena_end = nullptr;    // of what is ready to be cut
    std::byte* chunk_end = nullptr;    // of the chunk that it belongs to
    void* model = nullptr;             // the model checker that runs on this thread
    trace_ring* ring = nullptr;        // where what this thread does was recorded last,
    std::uint64_t recorder = 0;        // and the number of the recorder that has it
    bool dropping = false;             // tasks that are destroyed now are not reported
    bool reaper_armed = false;         // the thread's end hands its blocks to the depot
};

extern constinit thread_local thread_state current_thread;

/// While it lives, tasks that this thread destroys before they ran are not reported.
class dropping_on_purpose {
public:
    explicit dropping_on_purpose(bool really = true) noexcept
        : before_(std::exchange(current_thread.dropping, current_thread.dropping || really)) {}
    dropping_on_purpose(const dropping_on_purpose&) = delete;
    dropping_on_purpose& operator=(const dropping_on_purpose&) = delete;
    ~dropping_on_purpose() { current_thread.dropping = before_; }

private:
    bool before_;
};

}  // namespace troika::impl
