// SPDX-License-Identifier: MIT
#include "os/uring.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <new>

#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace troika::os {

const std::uint32_t uring_abi::poll_input = POLLIN | POLLRDHUP;
const std::uint32_t uring_abi::poll_output = POLLOUT;
const std::uint32_t uring_abi::send_no_signal = MSG_NOSIGNAL;
const std::uint32_t uring_abi::accept_close_on_exec = SOCK_CLOEXEC;

using namespace uring_abi;

namespace {

int setup_call(unsigned entries, uring_params& params) noexcept {
    const long result = ::syscall(SYS_io_uring_setup, entries, &params);
    return result < 0 ? -errno : static_cast<int>(result);
}

int register_call(int ring, unsigned what, void* argument, unsigned count) noexcept {
    const long result = ::syscall(SYS_io_uring_register, ring, what, argument, count);
    return result < 0 ? -errno : static_cast<int>(result);
}

// The optional setup flags, most recent first: on EINVAL they are given up in this order. The
// issuer is bound when the ring is enabled, so that it may be opened on another thread.
constexpr std::uint32_t optional_flags[] = {
    setup_no_sq_array,
    setup_defer_taskrun,
    setup_single_issuer | setup_disabled,
    setup_taskrun_flag | setup_coop_taskrun,
    setup_submit_all,
};

template <class T>
T* at(const memory_map& map, std::uint32_t offset) noexcept {
    return reinterpret_cast<T*>(map.data() + offset);
}

}  // namespace

int uring::open() noexcept {
    uring_params params{};
    int ring = -ENOMEM;
    // Queue memory counts against a limit per user: a small ring is better than none.
    for (unsigned entries = requests_max; ring == -ENOMEM && entries >= requests_min; entries /= 2)
        ring = set_up(entries, params);
    if (ring < 0) {
        missing_ = ring == -EPERM    ? "io_uring is refused (by a container, or by sysctl)"
                   : ring == -ENOSYS ? "this kernel has no io_uring"
                   : ring == -ENOMEM ? "the memory limit is used up (ulimit -l)"
                                     : "this kernel's io_uring is too old";
        return ring;
    }
    fd_.reset(ring);
    flags_ = params.flags;
    features_ = params.features;

    constexpr std::uint32_t needed = feature_single_mmap | feature_no_drop |
                                     feature_submit_stable | feature_current_position |
                                     feature_fast_poll | feature_ext_arg | feature_cqe_skip;
    if ((features_ & needed) != needed) {
        missing_ = "this kernel's io_uring is too old";
        return -EOPNOTSUPP;
    }
    if (const int error = probe(); error < 0) {
        missing_ = "this kernel's io_uring lacks an operation";
        return error;
    }
    const int error = map(params);
    if (error < 0) missing_ = "the ring cannot be mapped";
    return error;
}

int uring::set_up(unsigned entries, uring_params& params) noexcept {
    std::uint32_t flags = setup_cq_size | setup_clamp;
    for (const std::uint32_t flag : optional_flags) flags |= flag;
    int result = 0;
    for (std::size_t peeled = 0;; ++peeled) {
        params = {};
        params.flags = flags;
        params.cq_entries = completions_max;
        result = setup_call(entries, params);
        if (result != -EINVAL || peeled == std::size(optional_flags)) return result;
        flags &= ~optional_flags[peeled];
    }
}

int uring::probe() noexcept {
    const std::unique_ptr<uring_probe> probe(new (std::nothrow) uring_probe{});
    if (!probe) return -ENOMEM;
    if (const int error = register_call(fd_.get(), register_probe, probe.get(), 256); error < 0)
        return error;
    for (const uring_op op : {uring_op::nop, uring_op::fsync, uring_op::poll_add, uring_op::accept,
                              uring_op::async_cancel, uring_op::connect, uring_op::read,
                              uring_op::write, uring_op::send, uring_op::recv}) {
        const auto number = static_cast<std::size_t>(op);
        if (number > probe->last_op || !(probe->ops[number].flags & probe_supported))
            return -EOPNOTSUPP;
    }
    return 0;
}

int uring::map(const uring_params& params) noexcept {
    const std::size_t sq_size = params.sq.array + params.sq_entries * sizeof(std::uint32_t);
    const std::size_t cq_size = params.cq.cqes + params.cq_entries * sizeof(uring_cqe);
    const std::size_t size = std::max(sq_size, cq_size);
    int error = rings_.map_shared(fd_.get(), size, map_rings, map_access::read_write, true);
    if (error == 0)
        error = requests_.map_shared(fd_.get(), params.sq_entries * sizeof(uring_sqe), map_sqes,
                                     map_access::read_write, true);
    if (error == 0) error = rings_.exclude_from_fork();
    if (error == 0) error = requests_.exclude_from_fork();
    if (error == 0) error = parent_mark_.map_private(1);
    if (error == 0 && ::madvise(parent_mark_.data(), 1, MADV_WIPEONFORK) < 0) error = -errno;
    if (error < 0) return error;
    *parent_mark_.data() = std::byte{1};

    using word = std::atomic<std::uint32_t>;
    sq_head_ = at<word>(rings_, params.sq.head);
    sq_tail_ = at<word>(rings_, params.sq.tail);
    sq_flags_ = at<word>(rings_, params.sq.flags);
    sq_mask_ = *at<std::uint32_t>(rings_, params.sq.ring_mask);
    cq_head_ = at<word>(rings_, params.cq.head);
    cq_tail_ = at<word>(rings_, params.cq.tail);
    cq_mask_ = *at<std::uint32_t>(rings_, params.cq.ring_mask);
    cqes_ = at<const uring_cqe>(rings_, params.cq.cqes);
    if (!has(setup_no_sq_array))
        for (std::uint32_t i = 0; i < params.sq_entries; ++i)
            at<std::uint32_t>(rings_, params.sq.array)[i] = i;
    enabled_ = !has(setup_disabled);
    return 0;
}

uring_sqe* uring::prepare() noexcept {
    // Acquire: pairs with the kernel, which has read what lay in the place before it moves the
    // head.
    if (tail_ - sq_head_->load(std::memory_order_acquire) > sq_mask_) return nullptr;
    auto* request = at<uring_sqe>(requests_, 0) + (tail_++ & sq_mask_);
    std::memset(request, 0, sizeof *request);
    return request;
}

unsigned uring::unsubmitted() const noexcept {
    return tail_ - sq_head_->load(std::memory_order_acquire);
}

bool uring::has_hidden_completions() const noexcept {
    // Without the flag nothing tells of work that waits for us to enter the kernel.
    if (!has(setup_taskrun_flag)) return true;
    return (sq_flags_->load(std::memory_order_relaxed) & (sq_taskrun | sq_cq_overflow)) != 0;
}

int uring::enter(unsigned wait_for, std::chrono::nanoseconds timeout) noexcept {
    using namespace std::chrono;
    if (!enabled_) [[unlikely]] {
        const int error = register_call(fd_.get(), register_enable, nullptr, 0);
        if (error < 0) return error;
        enabled_ = true;
    }
    const unsigned count = unsubmitted();
    // Release: pairs with the kernel, which sees the requests when it sees the tail.
    sq_tail_->store(tail_, std::memory_order_release);

    unsigned flags = enter_get_events;
    uring_timespec limit{};
    uring_wait_argument argument{};
    const void* last = nullptr;
    std::size_t last_size = 0;
    if (wait_for > 0 && timeout != forever) {
        limit.seconds = duration_cast<seconds>(timeout).count();
        limit.nanoseconds = (timeout % seconds(1)).count();
        argument.timeout = reinterpret_cast<std::uintptr_t>(&limit);
        last = &argument;
        last_size = sizeof argument;
        flags |= enter_ext_arg;
    }
    const long result =
        ::syscall(SYS_io_uring_enter, fd_.get(), count, wait_for, flags, last, last_size);
    if (result >= 0 || errno == EINTR || errno == ETIME) return 0;
    return -errno;
}

bool uring::has_completions() const noexcept {
    return head_ != cq_tail_->load(std::memory_order_acquire);
}

bool uring::take(uring_cqe& into) noexcept {
    // Acquire: pairs with the kernel, which has written the completion before it moves the tail.
    if (head_ == cq_tail_->load(std::memory_order_acquire)) return false;
    into = cqes_[head_ & cq_mask_];
    // Release: pairs with the kernel, which may use the place again when it sees the head.
    cq_head_->store(++head_, std::memory_order_release);
    return true;
}

bool uring::in_child() const noexcept { return *parent_mark_.data() == std::byte{0}; }

}  // namespace troika::os
