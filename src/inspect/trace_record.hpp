// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace troika::impl {

/// What one record tells of. `task` is the task's number (see trace_recorder), 0 for none; on whose
/// behalf or with whom, `peer` says.
enum class record_kind : std::uint8_t {
    start,           ///< task; peer: the task that started it; text: its name; place
    resume,          ///< task; text: its name
    suspend,         ///< task; text: what it waits for; place; flags: suspend_*
    fail,            ///< task; flags: fail_cancelled
    end,             ///< task
    ready,           ///< task; peer: the task that woke it; flags: ready_at_home
    wake_posted,     ///< task; peer: the task that asks
    poll,            ///< task: the loop's number; peer: operations in flight; flags: poll_sleeps
    polled,          ///< task: the loop's number
    submit,          ///< task: the one that gives; peer: the work
    run,             ///< task: the pool's number; peer: the work; text: its type; worker in place
    ran,             ///< task: the pool's number
    steal,           ///< task: the pool's number; peer: the victim; thief in place
    park,            ///< task: the pool's number; worker in place
    unpark,          ///< likewise
    call_sent,       ///< task: the one that calls; peer: the call
    call_answered,   ///< peer: the call; flags: call_failed
    call_begun,      ///< likewise
    call_done,       ///< likewise; flags: call_failed
    mark,            ///< task; text
};

inline constexpr std::uint32_t suspend_waits = 1;
inline constexpr std::uint32_t suspend_ends = 2;   // neither: it is ready again
inline constexpr std::uint32_t fail_cancelled = 1;
inline constexpr std::uint32_t ready_at_home = 1;   // by the thread that runs the task
inline constexpr std::uint32_t poll_sleeps = 1;
inline constexpr std::uint32_t call_failed = 1;

/// One thing that happened on a thread.
struct trace_record {
    std::int64_t at = 0;            // ns on the monotonic clock
    std::uint64_t task = 0;
    std::uint64_t peer = 0;
    std::uint32_t kind_text = 0;    // the kind in the lowest byte, a text above it
    std::uint32_t flags_place = 0;  // flags in the lowest byte, a place above them

    [[nodiscard]] record_kind kind() const noexcept {
        return static_cast<record_kind>(kind_text & 0xff);
    }
    [[nodiscard]] std::uint32_t text() const noexcept { return kind_text >> 8; }
    [[nodiscard]] std::uint32_t flags() const noexcept { return flags_place & 0xff; }
    [[nodiscard]] std::uint32_t place() const noexcept { return flags_place >> 8; }
    [[nodiscard]] bool has(std::uint32_t flag) const noexcept { return (flags_place & flag) != 0; }

    [[nodiscard]] static trace_record of(record_kind kind, std::uint64_t task,
                                         std::uint64_t peer = 0, std::uint32_t text = 0,
                                         std::uint32_t place = 0,
                                         std::uint32_t flags = 0) noexcept {
        return {0, task, peer, static_cast<std::uint32_t>(kind) | text << 8, flags | place << 8};
    }
};

static_assert(sizeof(trace_record) == 32);

/// Texts and places have 24 bits.
inline constexpr std::uint32_t record_ids_max = (std::uint32_t{1} << 24) - 1;

/// Unique among the tasks of a process.
[[nodiscard]] constexpr std::uint64_t task_number(std::uint32_t home, std::uint32_t id) noexcept {
    return static_cast<std::uint64_t>(home) << 32 | id;
}

}  // namespace troika::impl
