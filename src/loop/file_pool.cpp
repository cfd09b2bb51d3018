// SPDX-License-Identifier: MIT
#include "loop/file_pool.hpp"

#include "os/fd.hpp"
#include "os/file.hpp"
#include "os/signal.hpp"
#include "os/thread.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <system_error>
#include <utility>

namespace troika {

namespace {
// Apart from the pollers' own states.
enum : std::uint8_t { gathered_for_pool = 32, in_pool };

// Whether a helper has taken it, and since when it is not to be cancelled: its link back leads to
// itself. Guarded by the pool's mutex, unlike its state, which is the poller's thread's.
void mark_begun(io_operation& operation) noexcept { operation.links.previous = &operation; }
bool has_begun(const io_operation& operation) noexcept {
    return operation.links.previous == &operation;
}

}  // namespace

file_pool::~file_pool() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    filled_.notify_all();
    for (std::thread& thread : threads_) thread.join();
}

void file_pool::submit(io_operation& operation) noexcept {
    operation.links.state = gathered_for_pool;
    gathered_.push_back(operation);
    ++gathered_count_;
}

void file_pool::hand_over() noexcept {
    std::size_t to_wake = 0;
    std::size_t without_helper = 0;
    {
        const std::lock_guard lock(mutex_);
        while (!gathered_.empty()) {
            io_operation& operation = gathered_.pop_front();
            operation.links.state = in_pool;
            queue_.push_back(operation);
        }
        queued_ += std::exchange(gathered_count_, 0);
        to_wake = std::min<std::size_t>(queued_, idle_);
        without_helper = queued_ - to_wake;
    }
    for (std::size_t i = 0; i < to_wake; ++i) filled_.notify_one();
    hire(without_helper);
}

void file_pool::hire(std::size_t waiting) noexcept {
    for (; waiting > 0 && threads_.size() < threads_max; --waiting) {
        try {
            // A helper must not take signals meant for the program's threads, and no SIGPIPE.
            const os::signal_block block(os::signal_set::all());
            threads_.emplace_back([this] { work(); });
        } catch (const std::exception&) {
            // With no helper at all the operations would wait forever.
            while (threads_.empty() && !queue_.empty()) {
                --queued_;
                push_done(queue_.pop_front(), -EAGAIN);
            }
            return;
        }
    }
}

bool file_pool::cancel(io_operation& operation) noexcept {
    if (operation.links.state == gathered_for_pool) {
        gathered_.remove(operation);
        --gathered_count_;
        return true;
    }
    const std::lock_guard lock(mutex_);
    if (has_begun(operation)) return false;
    queue_.remove(operation);
    --queued_;
    return true;
}

void file_pool::take_done(operation_list& into) noexcept {
    // Pairs with the push: who takes an operation sees its result and the bytes that it read.
    io_operation* newest = done_.exchange(nullptr, std::memory_order_acquire);
    io_operation* oldest = nullptr;
    while (newest) {
        io_operation* next = newest->links.next;
        newest->links.next = oldest;
        oldest = newest;
        newest = next;
    }
    while (oldest) {
        io_operation* next = oldest->links.next;
        into.push_back(*oldest);
        oldest = next;
    }
}

std::int32_t file_pool::perform(const io_request& request) noexcept {
    const bool at_current = request.offset == io_request::current_offset;
    const int file = request.descriptor;
    switch (request.op) {
        case io_op::read:
            return at_current ? os::read_some(file, request.buffer, request.size)
                              : os::read_at(file, request.buffer, request.size, request.offset);
        case io_op::write:
            return at_current ? os::write_some(file, request.source, request.size)
                              : os::write_at(file, request.source, request.size, request.offset);
        case io_op::sync: return os::sync(file);
        case io_op::call: return request.function(request.argument);
        default: return -EINVAL;
    }
}

void file_pool::work() noexcept {
    os::name_this_thread("troika-files");
    std::unique_lock lock(mutex_);
    for (;;) {
        ++idle_;
        filled_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
        --idle_;
        if (queue_.empty()) return;

        // Several at once when many wait, but never what another helper could begin now.
        std::array<io_operation*, batch_max> batch{};
        const std::size_t count = std::clamp<std::size_t>(queued_ / threads_max, 1, batch_max);
        for (std::size_t i = 0; i < count; ++i) {
            batch[i] = &queue_.pop_front();
            mark_begun(*batch[i]);
        }
        queued_ -= count;
        lock.unlock();
        for (std::size_t i = 0; i < count; ++i) push_done(*batch[i], perform(batch[i]->request));
        lock.lock();
    }
}

void file_pool::push_done(io_operation& operation, std::int32_t result) noexcept {
    operation.links.slot = std::bit_cast<std::uint32_t>(result);
    io_operation* newest = done_.load(std::memory_order_relaxed);
    do {
        operation.links.next = newest;
        // Pairs with take_done(). From here on the operation may be gone.
    } while (!done_.compare_exchange_weak(newest, &operation, std::memory_order_release,
                                          std::memory_order_relaxed));
    // Onto others: whoever pushed the first of them rings.
    if (!newest) bell_.ring();
}

}  // namespace troika
