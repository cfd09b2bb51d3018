// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/future.hpp>
#include <troika/inspect/listing.hpp>

#include "os/event_fd.hpp"
#include "os/process.hpp"
#include "os/thread.hpp"
#include "os/watch_list.hpp"
#include "proc/call_file.hpp"

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

namespace troika::impl {

/// What a process and its keeper share.
class process_state {
public:
    call_file call;
    int pid = 0;
    os::fd handle;
    promise<void> started;        // kept when it runs, or could not be started
    promise<int> ended;           // of its exit code
    future<int> exit_code;
    listing listed_as;            // the keeper's
    std::mutex handle_mutex;      // who signals keeps the handle from being closed
};

/// A thread that starts processes and takes note of their ends, as long as this program runs: the
/// kernel ends a process together with the thread that started it.
/// Thread: any.
class process_keeper {
public:
    /// The only one. Throws: std::system_error when it cannot be started.
    static process_keeper& instance();

    /// Starts the process; keeps `started` then, and `ended` in the end.
    void start(const std::shared_ptr<process_state>& state);

private:
    process_keeper();

    static void thread_main(void* self) noexcept;
    void serve() noexcept;
    void start_one(const std::shared_ptr<process_state>& state) noexcept;
    void take_note(int pid) noexcept;

    os::watch_list watched_;
    os::event_fd bell_;
    std::mutex mutex_;
    std::vector<std::shared_ptr<process_state>> asked_;   // guarded by mutex_
    std::map<int, std::shared_ptr<process_state>> kept_;  // the thread's
    os::thread thread_;
};

}  // namespace troika::impl
