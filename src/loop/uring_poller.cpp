// SPDX-License-Identifier: MIT
#include "loop/uring_poller.hpp"

#include <troika/base/check.hpp>

#include "os/fd.hpp"

#include <algorithm>
#include <bit>
#include <cerrno>

#if defined(__SANITIZE_THREAD__)
#define TROIKA_RING_SEEN_BY_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define TROIKA_RING_SEEN_BY_TSAN 1
#endif
#endif

#ifdef TROIKA_RING_SEEN_BY_TSAN
extern "C" void __tsan_acquire(void*);
extern "C" void __tsan_release(void*);
#endif

namespace troika {

namespace {

// What an operation in flight is doing. When settled, links.slot is its result; while the kernel
// has it, its place in the table.
enum state : std::uint8_t {
    idle,
    late,            // waits for room in the ring
    in_kernel,
    cancelling,      // in the kernel, and asked to end
    cancel_late,     // the same, the asking waits for room
    settled,
    settled_apart,   // was in no descriptor's account
    polled = 64,     // a bit with the first four: the kernel only tells when to try again
};

// user_data that names no place
constexpr std::uint64_t bell_data = ~std::uint64_t{0};
constexpr std::uint64_t ignored_data = bell_data - 1;

constexpr bool is_counted(io_op op) noexcept { return op != io_op::nop && op != io_op::call; }

std::uint32_t poll_mask(io_op op) noexcept {
    const bool out = op == io_op::send || op == io_op::write || op == io_op::wait_writable;
    return out ? os::uring_abi::poll_output : os::uring_abi::poll_input;
}

constexpr bool is_wait(io_op op) noexcept {
    return op == io_op::wait_readable || op == io_op::wait_writable;
}

constexpr bool may_be_polled(io_op op) noexcept {
    return op == io_op::recv || op == io_op::send || op == io_op::accept || op == io_op::read ||
           op == io_op::write;
}

void set_state(io_operation& operation, state now) noexcept {
    operation.links.state = static_cast<std::uint8_t>((operation.links.state & polled) | now);
}

// ThreadSanitizer does not see that the kernel orders a submission before its completion.
void note_submitted([[maybe_unused]] io_operation& operation) noexcept {
#ifdef TROIKA_RING_SEEN_BY_TSAN
    __tsan_release(&operation);
#endif
}
void note_completed([[maybe_unused]] io_operation& operation) noexcept {
#ifdef TROIKA_RING_SEEN_BY_TSAN
    __tsan_acquire(&operation);
#endif
}

}  // namespace

// Sockets block: a non-blocking one would be answered with EAGAIN instead of being waited for.
uring_poller::uring_poller(std::unique_ptr<os::uring> ring)
    : kernel_poller(false), ring_(std::move(ring)) {}

// ---- submit, cancel, close

bool uring_poller::count_in(int descriptor) noexcept {
    if (descriptor < 0) return false;
    const auto index = static_cast<std::size_t>(descriptor);
    if (index >= in_flight_on_.size()) {
        if (!os::is_open(descriptor)) return false;   // a wild number must not make a huge table
        in_flight_on_.resize(std::max<std::size_t>(64, std::bit_ceil(index + 1)));
    }
    ++in_flight_on_[index];
    return true;
}

void uring_poller::submit(io_operation& operation) noexcept {
    const io_request& request = operation.request;
    check(operation.links.state == idle, "an operation is submitted while it is in flight");
    ++in_flight_;
    if (request.op == io_op::call) return pool_.submit(operation);
    if (request.op == io_op::nop || !count_in(request.descriptor)) {
        settle(operation, request.op == io_op::nop ? 0 : -EBADF);
        operation.links.state = settled_apart;
        return;
    }
    hand_over(operation, false);
}

void uring_poller::cancel(io_operation& operation) noexcept {
    switch (operation.links.state & ~polled) {
        case idle: check(false, "an operation is cancelled that is not in flight"); return;
        case late: late_.remove(operation); break;
        case in_kernel:
            if (try_cancel(operation)) return set_state(operation, cancelling);
            set_state(operation, cancel_late);
            return to_cancel_.push_back(operation);
        case cancelling:
        case cancel_late:
        case settled:
        case settled_apart: return;
        default:
            if (!pool_.cancel(operation)) return;
            break;
    }
    settle(operation, -ECANCELED);
}

void uring_poller::close(int descriptor) noexcept {
    if (descriptor < 0) return;
    const auto index = static_cast<std::size_t>(descriptor);
    check(index >= in_flight_on_.size() || in_flight_on_[index] == 0,
          "a descriptor is closed while operations on it are in flight");
    os::close_descriptor(descriptor);
}

// ---- to the kernel

void uring_poller::enter(unsigned wait_for, std::chrono::nanoseconds timeout) noexcept {
    const int error = ring_->enter(wait_for, timeout);
    // Too much is on its way, or memory is short: what is left over goes with the next call.
    check(error == 0 || error == -EBUSY || error == -EAGAIN || error == -ENOMEM,
          "the kernel refuses the ring: it belongs to the thread that used it first");
}

os::uring_sqe* uring_poller::prepare() noexcept {
    if (os::uring_sqe* sqe = ring_->prepare()) [[likely]]
        return sqe;
    // Full: hand over what is there. What completes by that is seen by wait() and no earlier.
    enter(0, std::chrono::nanoseconds::zero());
    return ring_->prepare();
}

void uring_poller::hand_over(io_operation& operation, bool only_poll) noexcept {
    operation.links.state = static_cast<std::uint8_t>(only_poll ? late | polled : late);
    if (!late_.empty() || !try_hand_over(operation)) late_.push_back(operation);
}

bool uring_poller::try_hand_over(io_operation& operation) noexcept {
    os::uring_sqe* sqe = prepare();
    if (!sqe) return false;
    if (free_ == none) {
        free_ = static_cast<std::uint32_t>(places_.size());
        places_.push_back({nullptr, 0, none});
    }
    const std::uint32_t index = free_;
    place& taken = places_[index];
    free_ = taken.next_free;
    taken.operation = &operation;
    operation.links.slot = index;
    if (operation.links.state & polled) {
        sqe->op = os::uring_op::poll_add;
        sqe->descriptor = operation.request.descriptor;
        sqe->op_flags = poll_mask(operation.request.op);
    } else {
        encode(operation.request, *sqe);
    }
    set_state(operation, in_kernel);
    sqe->user_data = std::uint64_t{taken.generation} << 32 | index;
    note_submitted(operation);
    return true;
}

void uring_poller::encode(const io_request& request, os::uring_sqe& sqe) const noexcept {
    using os::uring_op;
    sqe.descriptor = request.descriptor;
    switch (request.op) {
        case io_op::recv:
            sqe.op = uring_op::recv;
            // The flag is as old as cooperative task running, which setup has tried.
            if (request.expect_to_wait && ring_->has(os::uring_abi::setup_coop_taskrun))
                sqe.priority = os::uring_abi::recv_poll_first;
            break;
        case io_op::send:
            sqe.op = uring_op::send;
            sqe.op_flags = os::uring_abi::send_no_signal;
            break;
        case io_op::accept:
            sqe.op = uring_op::accept;
            sqe.op_flags = os::uring_abi::accept_close_on_exec;
            return;
        case io_op::connect:
            sqe.op = uring_op::connect;
            sqe.address = reinterpret_cast<std::uintptr_t>(request.address->bytes.data());
            sqe.offset = request.address->size;
            return;
        case io_op::wait_readable:
        case io_op::wait_writable:
            sqe.op = uring_op::poll_add;
            sqe.op_flags = poll_mask(request.op);
            return;
        case io_op::read:
            sqe.op = uring_op::read;
            sqe.offset = request.offset;
            break;
        case io_op::write:
            sqe.op = uring_op::write;
            sqe.offset = request.offset;
            // It may be a pipe without readers; on a thread of the kernel there is no SIGPIPE.
            if (request.offset == io_request::current_offset) sqe.flags = os::uring_abi::sqe_async;
            break;
        case io_op::sync: sqe.op = uring_op::fsync; return;
        case io_op::nop:
        case io_op::call: check(false, "an operation went to the ring that is not the kernel's");
    }
    sqe.address = reinterpret_cast<std::uintptr_t>(request.buffer);
    sqe.size = request.size;
}

bool uring_poller::try_cancel(const io_operation& operation) noexcept {
    os::uring_sqe* sqe = prepare();
    if (!sqe) return false;
    const std::uint32_t index = operation.links.slot;
    sqe->op = os::uring_op::async_cancel;
    sqe->descriptor = -1;
    sqe->address = std::uint64_t{places_[index].generation} << 32 | index;
    sqe->user_data = ignored_data;   // the operation's own completion is what counts
    sqe->flags = os::uring_abi::sqe_cqe_skip_success;
    return true;
}

void uring_poller::hand_over_late() noexcept {
    if (!bell_watched_) watch_bell();
    while (!to_cancel_.empty()) {
        io_operation& operation = to_cancel_.pop_front();
        if (!try_cancel(operation)) return to_cancel_.push_back(operation);
        set_state(operation, cancelling);
    }
    while (!late_.empty()) {
        io_operation& operation = late_.pop_front();
        if (try_hand_over(operation)) continue;
        return late_.push_front(operation);
    }
}

void uring_poller::watch_bell() noexcept {
    os::uring_sqe* sqe = prepare();
    if (!sqe) return;
    sqe->op = os::uring_op::poll_add;
    sqe->descriptor = bell_.descriptor();
    sqe->op_flags = os::uring_abi::poll_input;
    sqe->size = os::uring_abi::poll_multishot;
    sqe->user_data = bell_data;
    bell_watched_ = true;
}

// ---- from the kernel

void uring_poller::settle(io_operation& operation, std::int32_t result) noexcept {
    operation.links.state = settled;
    operation.links.slot = std::bit_cast<std::uint32_t>(result);
    settled_.push_back(operation);
}

void uring_poller::finish(io_operation& operation, std::int32_t result) noexcept {
    if (operation.links.state != settled_apart && is_counted(operation.request.op))
        --in_flight_on_[static_cast<std::size_t>(operation.request.descriptor)];
    operation.links.state = idle;
    --in_flight_;
    operation.complete(result);   // may be gone now
}

std::size_t uring_poller::deliver_settled(std::size_t count_max) noexcept {
    std::size_t delivered = 0;
    for (; delivered < count_max && !settled_.empty(); ++delivered) {
        io_operation& operation = settled_.pop_front();
        finish(operation, std::bit_cast<std::int32_t>(operation.links.slot));
    }
    return delivered;
}

std::size_t uring_poller::deliver_completions(std::size_t count_max) noexcept {
    std::size_t delivered = 0;
    os::uring_cqe completion;
    while (delivered < count_max && ring_->take(completion))
        if (take_completion(completion)) ++delivered;
    return delivered;
}

bool uring_poller::take_completion(const os::uring_cqe& completion) noexcept {
    if (completion.user_data == bell_data) {
        // A multishot poll reports each ring, until the kernel says otherwise.
        if (completion.flags & os::uring_abi::cqe_more) return false;
        bell_.silence();
        bell_watched_ = false;
        return false;
    }
    if (completion.user_data == ignored_data) return false;

    const auto index = static_cast<std::uint32_t>(completion.user_data);
    place& freed = places_[index];
    check(freed.operation && freed.generation == completion.user_data >> 32,
          "the kernel completed an operation that is not in flight");
    io_operation& operation = *freed.operation;
    freed.operation = nullptr;
    ++freed.generation;
    freed.next_free = free_;
    free_ = index;
    note_completed(operation);

    std::int32_t result = completion.result;
    const bool was_poll = (operation.links.state & polled) != 0;
    const int state = operation.links.state & ~polled;
    if (state == cancel_late) to_cancel_.remove(operation);
    if (state != in_kernel) {
        // Interrupted, or told by the poll to try again: cancelled all the same.
        if (was_poll || result == -EINTR || result == -EAGAIN) result = -ECANCELED;
    } else if (was_poll && result > 0) {
        hand_over(operation, false);
        return false;
    } else if (result == -EAGAIN && may_be_polled(operation.request.op)) {
        // The descriptor is non-blocking, by someone else's choice, so the kernel did not wait.
        hand_over(operation, true);
        return false;
    }
    finish(operation, is_wait(operation.request.op) && result > 0 ? 0 : result);
    return true;
}

void uring_poller::take_from_pool() noexcept {
    operation_list done;
    pool_.take_done(done);
    while (!done.empty()) {
        io_operation& operation = done.pop_front();
        operation.links.state = settled;   // with its result in the slot already
        settled_.push_back(operation);
    }
}

// ---- wait

std::size_t uring_poller::wait(time_point deadline) noexcept {
    using std::chrono::nanoseconds;
    check(!ring_->in_child(), "a child of fork() uses its parent's loop: fork only to exec");
    const bool rung = bell_.take();
    pool_.flush();
    if (!bell_watched_ || !late_.empty() || !to_cancel_.empty()) hand_over_late();
    if (pool_.has_done()) take_from_pool();
    // Half of the room is the kernel's, so that what settles without it cannot keep it out.
    std::size_t delivered = deliver_settled(completions_per_wait_max / 2);

    nanoseconds timeout = nanoseconds::zero();
    if (delivered == 0 && !rung && settled_.empty() && !ring_->has_completions()) {
        if (deadline == time_point::max())
            timeout = os::uring::forever;
        else if (deadline.time_since_epoch().count() > 0)
            timeout = deadline - now();
    }
    if (timeout > nanoseconds::zero() && bell_.fall_asleep()) {
        enter(1, timeout);
        bell_.wake_up();
    } else if (ring_->unsubmitted() > 0 || ring_->has_hidden_completions()) {
        enter(0, nanoseconds::zero());
    }
    delivered += deliver_completions(completions_per_wait_max - delivered);
    if (pool_.has_done()) {
        take_from_pool();
        delivered += deliver_settled(completions_per_wait_max - delivered);
    }
    return delivered;
}

}  // namespace troika
