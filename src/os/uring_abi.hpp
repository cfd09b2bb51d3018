// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

// The part of the kernel's io_uring interface that troika uses, in our own words: the
// distribution's header may be older than the kernel. Numbers and layouts are Linux's and never
// change.

namespace troika::os {

enum class uring_op : std::uint8_t {
    nop = 0,
    fsync = 3,
    poll_add = 6,
    accept = 13,
    async_cancel = 14,
    connect = 16,
    read = 22,
    write = 23,
    send = 26,
    recv = 27,
};

/// One request, written by us.
struct uring_sqe {
    uring_op op;
    std::uint8_t flags;
    std::uint16_t priority;    // for recv and accept: flags of their own
    std::int32_t descriptor;
    std::uint64_t offset;      // or a second address
    std::uint64_t address;
    std::uint32_t size;
    std::uint32_t op_flags;
    std::uint64_t user_data;
    std::uint16_t buffer_index;
    std::uint16_t personality;
    std::int32_t file_index;
    std::uint64_t address3;
    std::uint64_t unused;
};
static_assert(sizeof(uring_sqe) == 64 && offsetof(uring_sqe, offset) == 8 &&
              offsetof(uring_sqe, op_flags) == 28 && offsetof(uring_sqe, user_data) == 32 &&
              offsetof(uring_sqe, file_index) == 44);

/// One completion, written by the kernel.
struct uring_cqe {
    std::uint64_t user_data;
    std::int32_t result;
    std::uint32_t flags;
};
static_assert(sizeof(uring_cqe) == 16);

/// Where the fields of a mapped queue are, in bytes from its beginning.
struct uring_sq_offsets {
    std::uint32_t head, tail, ring_mask, ring_entries, flags, dropped, array, unused;
    std::uint64_t user_address;
};
struct uring_cq_offsets {
    std::uint32_t head, tail, ring_mask, ring_entries, overflow, cqes, flags, unused;
    std::uint64_t user_address;
};
static_assert(sizeof(uring_sq_offsets) == 40 && sizeof(uring_cq_offsets) == 40);

struct uring_params {
    std::uint32_t sq_entries, cq_entries, flags, sq_thread_cpu, sq_thread_idle, features, wq_fd;
    std::uint32_t unused[3];
    uring_sq_offsets sq;
    uring_cq_offsets cq;
};
static_assert(sizeof(uring_params) == 120 && offsetof(uring_params, sq) == 40);

/// io_uring_enter's last argument with enter_ext_arg.
struct uring_wait_argument {
    std::uint64_t signal_mask;
    std::uint32_t signal_mask_size;
    std::uint32_t wait_min_us;
    std::uint64_t timeout;   // of a uring_timespec
};
static_assert(sizeof(uring_wait_argument) == 24);

struct uring_timespec {
    std::int64_t seconds;
    std::int64_t nanoseconds;
};

struct uring_probe {
    struct entry {
        std::uint8_t op, unused;
        std::uint16_t flags;
        std::uint32_t unused2;
    };
    std::uint8_t last_op, count;
    std::uint16_t unused;
    std::uint32_t unused2[3];
    entry ops[256];
};
static_assert(sizeof(uring_probe) == 16 + 256 * 8);

namespace uring_abi {

// io_uring_setup: flags
inline constexpr std::uint32_t setup_cq_size = 1u << 3;
inline constexpr std::uint32_t setup_clamp = 1u << 4;
inline constexpr std::uint32_t setup_disabled = 1u << 6;
inline constexpr std::uint32_t setup_submit_all = 1u << 7;
inline constexpr std::uint32_t setup_coop_taskrun = 1u << 8;
inline constexpr std::uint32_t setup_taskrun_flag = 1u << 9;
inline constexpr std::uint32_t setup_single_issuer = 1u << 12;
inline constexpr std::uint32_t setup_defer_taskrun = 1u << 13;
inline constexpr std::uint32_t setup_no_sq_array = 1u << 16;

// io_uring_setup: what the kernel says it has
inline constexpr std::uint32_t feature_single_mmap = 1u << 0;
inline constexpr std::uint32_t feature_no_drop = 1u << 1;
inline constexpr std::uint32_t feature_submit_stable = 1u << 2;
inline constexpr std::uint32_t feature_current_position = 1u << 3;
inline constexpr std::uint32_t feature_fast_poll = 1u << 5;
inline constexpr std::uint32_t feature_ext_arg = 1u << 8;
inline constexpr std::uint32_t feature_cqe_skip = 1u << 11;

// mmap: offsets
inline constexpr std::uint64_t map_rings = 0;
inline constexpr std::uint64_t map_sqes = 0x10000000;

// io_uring_enter: flags
inline constexpr std::uint32_t enter_get_events = 1u << 0;
inline constexpr std::uint32_t enter_ext_arg = 1u << 3;

// the flags word of the submission queue
inline constexpr std::uint32_t sq_cq_overflow = 1u << 1;
inline constexpr std::uint32_t sq_taskrun = 1u << 2;

// io_uring_register: what
inline constexpr unsigned register_probe = 8;
inline constexpr unsigned register_enable = 12;
inline constexpr std::uint16_t probe_supported = 1;

// requests: flags, and those of single operations
inline constexpr std::uint8_t sqe_async = 1u << 4;
inline constexpr std::uint8_t sqe_cqe_skip_success = 1u << 6;
inline constexpr std::uint16_t recv_poll_first = 1u << 0;
inline constexpr std::uint32_t poll_multishot = 1u << 0;

// requests: values that belong to other interfaces and differ by architecture
extern const std::uint32_t poll_input;             ///< data, or the end of the stream
extern const std::uint32_t poll_output;
extern const std::uint32_t send_no_signal;
extern const std::uint32_t accept_close_on_exec;

// completions: flags
inline constexpr std::uint32_t cqe_more = 1u << 1;

}  // namespace uring_abi
}  // namespace troika::os
