// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/errors.hpp>
#include <troika/loop/event_loop.hpp>
#include <troika/tasks/work.hpp>

#include <utility>

namespace troika {

/// How run() runs.
struct run_options {
    poller_kind backend = poller_kind::automatic;   ///< the door to the kernel
    bool handle_interrupt = true;                   ///< answer the first Ctrl-C by cancelling
};

namespace impl {

/// A loop for one main task, which the first SIGINT cancels.
class runner final : private posted {
public:
    /// Throws: std::logic_error on a thread that runs a loop already; std::system_error when the
    /// backend cannot be had.
    explicit runner(const run_options& options);
    runner(const runner&) = delete;
    runner& operator=(const runner&) = delete;

    [[nodiscard]] event_loop& loop() noexcept { return loop_; }
    /// Turns until `main` and everything else has ended.
    void run_until_done(task_node& main);
    /// Whether a SIGINT came while it ran.
    [[nodiscard]] bool interrupted() const noexcept { return interrupted_; }

private:
    static void tell(void* self) noexcept;   // in the signal handler
    void run() noexcept override;            // then on the loop

    event_loop loop_;
    task_node* main_ = nullptr;
    bool handle_interrupt_;
    bool interrupted_ = false;
};

}  // namespace impl

/// Runs `main`, and everything that it starts, on an event loop of this thread until nothing is
/// left.
///
/// The first SIGINT (Ctrl-C) cancels `main`; the second ends the program, even if a task holds the
/// loop. That holds on the program's first thread, if nothing else there handles or ignores the
/// signal.
/// Returns: the value of `main`. Throws: what it threw; `interrupted` when it was cancelled by
/// SIGINT; std::logic_error when this thread runs a loop already.
template <class T>
T run(task<T> main, run_options options = {}) {
    impl::runner here(options);
    future<T> answer = here.loop().roots().start(std::move(main), {.name = "main"});
    here.run_until_done(static_cast<task_node&>(impl::future_access::core(answer)));
    if (here.interrupted() && impl::ended_cancelled(answer)) throw interrupted();
    return std::move(answer).get();
}

}  // namespace troika
