// SPDX-License-Identifier: MIT
#pragma once

#include "loop/operation_list.hpp"
#include "loop/poller_bell.hpp"

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

namespace troika {

/// Helper threads of one poller, for what cannot be done without sleeping: file reads, writes and
/// syncs where the kernel has no better way, and calls of functions.
///
/// Threads start with the first operations, at most threads_max; they block all signals. The queue
/// is a list of the callers' own operations and allocates nothing.
/// Thread: that of the poller.
class file_pool {
public:
    static constexpr unsigned threads_max = 4;
    static constexpr std::size_t batch_max = 16;

    /// Rings `bell` when an operation is done.
    explicit file_pool(const poller_bell& bell) noexcept : bell_(bell) {}
    file_pool(const file_pool&) = delete;
    file_pool& operator=(const file_pool&) = delete;

    /// Waits for the threads to end. Requires: nothing queued or running.
    ~file_pool();

    /// Takes an operation: read, write, sync or call. It may begin after the next flush().
    void submit(io_operation& operation) noexcept;

    /// Hands what was submitted to the helpers: a turn of it under one lock, waking as many helpers
    /// as there is work for.
    void flush() noexcept {
        if (gathered_count_ > 0) hand_over();
    }

    /// Returns: true when `operation` had not started; then it is no longer here.
    bool cancel(io_operation& operation) noexcept;

    [[nodiscard]] bool has_done() const noexcept {
        return done_.load(std::memory_order_relaxed) != nullptr;
    }

    /// Moves what is done, oldest first, to the end of `into`; results are in links.slot.
    void take_done(operation_list& into) noexcept;

    /// The call that an operation stands for, on this thread. Returns: its result or -errno.
    static std::int32_t perform(const io_request& request) noexcept;

private:
    void work() noexcept;
    void hand_over() noexcept;
    void hire(std::size_t waiting) noexcept;
    void push_done(io_operation& operation, std::int32_t result) noexcept;

    // set at construction
    const poller_bell& bell_;

    // poller's thread only
    std::vector<std::thread> threads_;
    operation_list gathered_;   // since the last flush()
    std::size_t gathered_count_ = 0;

    // any thread: a stack of finished operations, linked through links.next
    std::atomic<io_operation*> done_{nullptr};

    // guarded by mutex_
    std::mutex mutex_;
    std::condition_variable filled_;
    operation_list queue_;
    std::size_t queued_ = 0;
    unsigned idle_ = 0;
    bool stopping_ = false;
};

}  // namespace troika
