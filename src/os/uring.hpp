// SPDX-License-Identifier: MIT
#pragma once

#include "os/fd.hpp"
#include "os/memory_map.hpp"
#include "os/uring_abi.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace troika::os {

/// One io_uring instance: its two queues and its three system calls, no policy.
///
/// Thread: open() any; everything else only one, that of the first enter() or prepare().
class uring {
public:
    static constexpr unsigned requests_max = 256;       // unsubmitted; halved when memory is short
    static constexpr unsigned requests_min = 16;
    static constexpr unsigned completions_max = 4096;   // unseen; more stay in the kernel
    static constexpr std::chrono::nanoseconds forever = std::chrono::nanoseconds::max();

    uring() noexcept = default;
    uring(const uring&) = delete;
    uring& operator=(const uring&) = delete;

    /// Makes the instance, with the best of the optional features that this kernel has.
    /// Returns: 0; -errno (EPERM, ENOSYS: refused; ENOMEM; EINVAL; EOPNOTSUPP: too old), and then
    /// missing() says what it was.
    int open() noexcept;
    [[nodiscard]] std::string_view missing() const noexcept { return missing_; }

    /// Whether setup flag `flag` was granted.
    [[nodiscard]] bool has(std::uint32_t flag) const noexcept { return (flags_ & flag) != 0; }

    /// A zeroed request to fill in, handed over by the next enter(); null when the queue is full.
    [[nodiscard]] uring_sqe* prepare() noexcept;

    /// Prepared requests that the kernel has not taken yet.
    [[nodiscard]] unsigned unsubmitted() const noexcept;

    /// Whether completions are to be had by calling enter(0, 0) and not without.
    [[nodiscard]] bool has_hidden_completions() const noexcept;

    /// Submits what is prepared, lets the kernel run what is due, then sleeps until `wait_for`
    /// completions are there or `timeout` has passed.
    /// Returns: 0, also after a signal or a timeout; -EBUSY or -EAGAIN when requests are left over
    /// that the kernel takes only after completions were seen, or when it has memory again.
    int enter(unsigned wait_for, std::chrono::nanoseconds timeout) noexcept;

    [[nodiscard]] bool has_completions() const noexcept;

    /// Takes the oldest completion. Returns: whether there was one.
    bool take(uring_cqe& into) noexcept;

    /// Whether this is a child of fork(), which does not have the queues: nothing here may be used.
    [[nodiscard]] bool in_child() const noexcept;

private:
    int set_up(unsigned entries, uring_params& params) noexcept;
    int map(const uring_params& params) noexcept;
    int probe() noexcept;

    fd fd_;
    memory_map rings_;
    memory_map requests_;
    memory_map parent_mark_;   // not zero in the process that opened the ring
    std::uint32_t flags_ = 0;
    std::uint32_t features_ = 0;
    std::string_view missing_;
    bool enabled_ = false;

    // submission queue; the tail is ours, the head the kernel's
    std::atomic<std::uint32_t>* sq_head_ = nullptr;
    std::atomic<std::uint32_t>* sq_tail_ = nullptr;
    std::atomic<std::uint32_t>* sq_flags_ = nullptr;
    std::uint32_t sq_mask_ = 0;
    std::uint32_t tail_ = 0;

    // completion queue; the head is ours, the tail the kernel's
    std::atomic<std::uint32_t>* cq_head_ = nullptr;
    std::atomic<std::uint32_t>* cq_tail_ = nullptr;
    const uring_cqe* cqes_ = nullptr;
    std::uint32_t cq_mask_ = 0;
    std::uint32_t head_ = 0;
};

}  // namespace troika::os
