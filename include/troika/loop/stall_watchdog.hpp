// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/clock.hpp>
#include <troika/core/task_tree.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace troika {

/// A loop that is held: one of its tasks has kept the turn for too long.
struct loop_stall {
    int thread = 0;                    ///< of the loop, as the kernel numbers it
    duration held{};                   ///< so far
    std::string task;                  ///< its name, or "#" and its number
    std::vector<frame_view> awaits;    ///< its coroutines, innermost first, as it was resumed last
    std::string calls;                 ///< where its thread is: a line for each call, innermost
                                       ///< first; empty where that cannot be found out
    std::size_t delayed = 0;           ///< tasks that are ready and have to wait for it
    std::vector<std::string> waiting;  ///< the names of the first of them

    /// Some lines for a log.
    [[nodiscard]] std::string to_text() const;
};

/// Reports tasks that hold an event loop of this process too long, while they do it: by computing,
/// or by calls that block. For production: it looks a few times in each `hold_max`, and the loops
/// pay nothing.
///
/// Each stall is reported when it has lasted for `hold_max`, and again whenever it has become four
/// times as long. Where the thread is, is found out by a signal to it, SIGURG; system calls of that
/// thread may then end with EINTR. A program that handles SIGURG itself gets no `calls`.
/// Thread: any; the report is made on the watchdog's own.
class stall_watchdog {
public:
    struct options {
        duration hold_max = std::chrono::milliseconds(100);
        /// What is to be done with it; standard error, where it is empty. Must not throw.
        std::function<void(const loop_stall&)> report{};
    };

    stall_watchdog();
    /// Throws: std::invalid_argument for a hold_max of less than a millisecond; std::logic_error
    /// with TROIKA_INSPECT=0, which takes away the list of loops; std::system_error.
    explicit stall_watchdog(options o);
    stall_watchdog(const stall_watchdog&) = delete;
    stall_watchdog& operator=(const stall_watchdog&) = delete;
    /// Waits for a report that is being made.
    ~stall_watchdog();

private:
    class watcher;

    std::unique_ptr<watcher> watcher_;
};

}  // namespace troika
