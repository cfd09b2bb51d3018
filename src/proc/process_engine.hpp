// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/executor.hpp>
#include <troika/proc/call_engine.hpp>
#include <troika/proc/process_pool.hpp>

#include "os/event_fd.hpp"
#include "os/thread.hpp"
#include "os/watch_list.hpp"
#include "proc/remote_worker.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace troika::impl {

/// The engine of the third horse: gives calls to worker processes, and takes their results.
///
/// Whoever submits a call sends it, if a worker can take it, and whoever waits for its result takes
/// that from the worker's ring. What nobody waits for, and all that takes its time, is the affair
/// of a thread of the engine's own: it starts workers, takes note of their deaths, sends what found
/// no room, and ends calls that do not heed a cancellation.
/// Thread: any.
class process_engine final : public call_engine {
public:
    /// `prepare` is called in each worker before it works.
    process_engine(const process_pool::options& o, std::unique_ptr<preparation> prepare);
    process_engine(const process_engine&) = delete;
    process_engine& operator=(const process_engine&) = delete;
    ~process_engine();

    /// Throws: std::runtime_error after close(); broken_pool.
    void require_open() const;
    /// Takes a call over; fails it where require_open() would throw by now.
    void submit(remote_call& call) noexcept;
    void close() noexcept;
    void cancel_pending() noexcept;
    /// After close(): waits until no call is left, and ends the workers.
    void end() noexcept;

    // call_engine
    [[nodiscard]] bool cancel(remote_call& call) noexcept override;
    void help(remote_call& call, const future_core& core) noexcept override;

    [[nodiscard]] std::size_t size() const noexcept { return options_.workers; }
    [[nodiscard]] process_pool::statistics stats() const noexcept;
    [[nodiscard]] std::vector<int> pids() const;

private:
    using worker_ptr = std::shared_ptr<remote_worker>;

    // process_engine.cpp: calls
    [[nodiscard]] std::exception_ptr refusal() const noexcept;
    /// A call that a worker gets, and whether another worker is to be started.
    struct assignment {
        worker_ptr to{};
        remote_call* call = nullptr;
        bool start = false;
    };
    /// Gives pending calls to workers.
    void dispatch() noexcept;
    [[nodiscard]] assignment assign() noexcept;   // the lock is held
    /// Returns: whether there is more to assign; so too the next.
    bool carry_out(const assignment& what) noexcept;
    bool transmit(const worker_ptr& to) noexcept;
    void go_on_sending(const worker_ptr& to) noexcept;
    /// Takes all results. Requires: try_receive(). Returns: whether there were any.
    bool receive(const worker_ptr& from) noexcept;
    void receive_on_thread(const worker_ptr& from) noexcept;
    void stop_receiving(const worker_ptr& from) noexcept;
    void complete(remote_worker& from, remote_worker::answer& what) noexcept;
    void finish(remote_call& call, std::exception_ptr error) noexcept;
    void one_less() noexcept;
    /// Returns: whether there is something to dispatch.
    bool fetch_for_idle() noexcept;
    void put_first(remote_call& call) noexcept;
    void take_from_pending(remote_call& call) noexcept;
    void ask_to_stop(remote_worker& at, remote_call& call) noexcept;

    // worker_care.cpp: the workers' lives. Thread: the engine's, but for prepared().
    static void thread_main(void* self) noexcept;
    void serve() noexcept;
    void take_note(std::uint64_t data) noexcept;
    [[nodiscard]] bool all_gone() noexcept;
    void quit(remote_worker& of) noexcept;   // the lock is held
    void start_workers() noexcept;
    void start_worker();
    void prepared(remote_worker& which, remote_worker::answer& what) noexcept;
    void break_pool(const char* what, const std::exception_ptr& why) noexcept;
    void refuse_pending(const std::exception_ptr& why) noexcept;
    void bury_all() noexcept;
    void bury(const worker_ptr& of) noexcept;
    void run_timers(time_point now) noexcept;
    [[nodiscard]] time_point next_deadline() const noexcept;
    void wake() noexcept;

    const process_pool::options options_;
    const std::unique_ptr<preparation> prepare_;
    os::watch_list watched_;
    os::event_fd bell_;
    os::thread thread_;
    std::atomic<bool> rung_{false};
    std::atomic<std::size_t> calls_{0};   // accepted and without a result
    std::atomic<bool> ending_{false};
    listing listing_;

    mutable std::mutex mutex_;
    // guarded by mutex_
    intrusive_list<remote_call> pending_;
    std::vector<worker_ptr> workers_;
    std::size_t wanted_ = 0;            // workers to start
    time_point next_start_{};          // not before
    std::size_t failed_starts_ = 0;     // in a row
    std::size_t killed_starts_ = 0;     // likewise
    std::uint64_t completed_ = 0;
    std::uint64_t started_ = 0;
    std::uint64_t died_ = 0;
    std::size_t next_index_ = 0;
    bool closed_ = false;
    std::exception_ptr broken_;         // why nothing is accepted any more
    std::condition_variable idle_;      // calls_ == 0, workers_.empty()
};

}  // namespace troika::impl
