// SPDX-License-Identifier: MIT
#pragma once

#include <troika/loop/event_loop.hpp>
#include <troika/pool/pool_item.hpp>

#include "os/thread.hpp"

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <list>
#include <mutex>

namespace troika::impl {

/// Threads for calls that block, apart from those that compute: as many as there are such calls, up
/// to a limit; the other calls wait in their order.
///
/// A service of a loop. Threads start when they are first needed, and end with the loop.
/// Thread: that of the loop.
class blocking_threads final : public loop_service {
public:
    static constexpr std::size_t threads_max = 32;

    explicit blocking_threads(event_loop& loop) noexcept;
    /// Waits for the calls that run.
    ~blocking_threads() override;

    /// Throws: std::system_error when not one thread can be had.
    void submit(pool_job& call);

private:
    static void thread_main(void* self) noexcept;
    void serve() noexcept;
    void hire();

    std::list<os::thread> threads_;   // the loop's thread only

    std::mutex mutex_;
    std::condition_variable filled_;
    std::deque<pool_job*> waiting_;   // guarded by mutex_, as what follows
    std::size_t idle_ = 0;
    bool stopping_ = false;
};

}  // namespace troika::impl
