// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/future.hpp>

#include "os/resolve.hpp"

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <string>

namespace troika::net {

/// Threads that ask the system for addresses, which may take it half a minute.
///
/// Nobody can interrupt that, so nobody waits for it either: the threads own the pool together with
/// its user, and end by themselves once it has been closed.
class lookup_pool : public std::enable_shared_from_this<lookup_pool> {
public:
    static constexpr unsigned threads_max = 4;
    static constexpr std::size_t queue_max = 512;

    using source = os::resolution (*)(const std::string& host);
    static os::resolution ask_system(const std::string& host);

    explicit lookup_pool(source asked) noexcept : asked_(asked) {}

    /// Looks `host` up. Returns: the future answer; failures are part of it.
    /// Throws: std::system_error when too many names wait, or no thread can be had.
    future<os::resolution> submit(const std::string& host);

    /// Drops what has not begun. The threads end when they are through with what they do.
    void close() noexcept;

private:
    struct job {
        std::string host;
        promise<os::resolution> owed;
    };

    void hire();
    void work() noexcept;

    const source asked_;   // set at construction

    // guarded by mutex_
    std::mutex mutex_;
    std::condition_variable filled_;
    std::deque<job> queue_;
    unsigned threads_ = 0;
    unsigned idle_ = 0;
    bool closed_ = false;
};

}  // namespace troika::net
