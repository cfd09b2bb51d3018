// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace troika::impl {

// What a troika program says of itself in a sealed memory file, for the commands ps, tree and top.
//
// It lists what runs tasks, and where: the tasks themselves are read where they are, in the memory
// of the process, with the help of the layout below, so that a task costs nothing for being seen.
// Why: docs/decisions/live-views.md. Whoever reads it trusts nothing.

inline constexpr const char* registry_name = "troika-tasks";
inline constexpr std::uint64_t registry_magic = 0x7472'6f69'6b61'0005;
/// Changes with the meaning of anything here.
inline constexpr std::uint32_t registry_version = 4;
inline constexpr std::uint32_t registry_slots = 1024;

enum class listed : std::uint32_t {
    nothing, loop, pool, pool_worker, process_pool, process, queue
};

/// Where something stands in an object, in bytes from its beginning.
enum class place : std::uint32_t {
    node_hook,          ///< list_hook of a task_node: the one before, the one after
    node_frame,         ///< void*
    node_wait,          ///< suspension*, while parked
    node_name,          ///< const char*
    node_id,            ///< 4 bytes
    node_state,         ///< 1 byte: ready, running, parked, ended
    node_cancelled,     ///< 1 byte
    node_started,       ///< 1 byte
    node_parked_in,     ///< 2 bytes: seconds of the monotonic clock, odd, or 0
    node_scope,         ///< cancel_scope*
    scope_parent,       ///< cancel_scope*
    scope_host,         ///< task_node*
    scope_owns_tasks,   ///< 1 byte: it is a task_owner
    owner_tasks,        ///< list_hook: the last, the first
    owner_count,        ///< 8 bytes
    promise,            ///< promise_base in a coroutine's frame
    promise_awaiter,    ///< void*; odd: a hook
    promise_node,       ///< task_node*
    promise_where,      ///< std::source_location: a pointer to file, function, line
    future_wait_core,   ///< future_core*
    core_maker,         ///< 1 byte: promise, task, job
    thread_task,        ///< task_node* that runs on a thread
    thread_job,         ///< future_core* of the job that does
    operation_request,  ///< io_request in an io_operation
    request_op,         ///< 1 byte
    request_descriptor, ///< 4 bytes
    count,
};

/// One thing that is listed. Whoever changes it makes `sequence` odd meanwhile.
struct registry_slot {
    static constexpr std::size_t name_bytes = 48;
    static constexpr std::size_t words_of_data = 14;

    std::atomic<std::uint32_t> sequence;
    std::uint32_t unused;
    /// A listing_data, by words that are read and written each at once.
    std::atomic<std::uint64_t> data[words_of_data];
};

/// What a slot holds.
struct listing_data {
    listed kind = listed::nothing;
    std::uint32_t number = 0;      ///< of this listing; never used again
    std::uint32_t parent = 0;      ///< the number of the one it belongs to, or 0
    std::int32_t id = 0;           ///< of the thread or process
    std::uint64_t roots = 0;       ///< address of the task_owner of its first tasks
    std::uint64_t thread = 0;      ///< address of the thread_state of its thread
    std::uint64_t gauges[4] = {};  ///< addresses of numbers of 8 bytes, or 0; see below
    char name[registry_slot::name_bytes] = {};
};
static_assert(sizeof(listing_data) == registry_slot::words_of_data * sizeof(std::uint64_t));

// Gauges. loop: turns, when the last began, and (itself, not its address) the eventfd that wakes
// it, plus 1. pool: work that no worker has taken yet.
// pool_worker: two numbers whose difference is what it has queued. process_pool: calls without a
// result.
// process: calls that it has. queue: items, the most there were, those not done, and (itself, not
// its address) the capacity.

struct registry_head {
    std::uint64_t magic;
    std::uint32_t version;
    std::uint32_t slot_bytes;
    std::uint32_t slot_count;
    std::uint32_t process;
    std::uint32_t places[static_cast<std::size_t>(place::count)];
    std::atomic<std::uint32_t> used;       ///< no slot from here on was ever used
    std::atomic<std::uint32_t> unlisted;   ///< what found no free slot

    // A trace that somebody asks for from outside: who asks writes all of it, the state last.
    std::atomic<std::uint32_t> trace;      ///< a trace_request
    std::uint32_t trace_ms;                ///< how long it is to be recorded
    char trace_path[256];                  ///< absolute
    char trace_error[192];                 ///< why it failed
};

enum trace_request : std::uint32_t {
    trace_idle, trace_asked, trace_records, trace_done, trace_failed
};

inline constexpr std::size_t registry_slots_at = 1024;
inline constexpr std::size_t registry_bytes =
    registry_slots_at + registry_slots * sizeof(registry_slot);
static_assert(sizeof(registry_head) <= registry_slots_at);

}  // namespace troika::impl
