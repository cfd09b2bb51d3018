// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/executor.hpp>
#include <troika/inspect/listing.hpp>
#include <troika/mpi/mpi_pool.hpp>
#include <troika/proc/call_engine.hpp>

#include "mpi/incoming.hpp"
#include "mpi/least_busy.hpp"
#include "mpi/mpi_session.hpp"
#include "mpi/rank_worker.hpp"
#include "mpi/word.hpp"
#include "os/event_fd.hpp"
#include "os/thread.hpp"
#include "os/watch_list.hpp"

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

namespace troika::impl {

/// The engine of an mpi_pool: gives calls to ranks, and takes their results.
///
/// MPI is called by one thread at a time, under the session's mutex, which guards all else as well.
/// Whoever submits a call sends it, if a worker can take it. Results are taken by one thread at a
/// time: who waits for one does so for a moment; what takes its time is the affair of the engine's
/// own thread, which sleeps until a lifeline says that something has come.
/// docs/decisions/mpi.md says why MPI is not left to one thread alone.
/// Thread: any.
class mpi_engine final : public call_engine, private incoming::waiter {
public:
    /// `prepare` is called in each worker before it works. Throws: as mpi_pool's constructor.
    mpi_engine(const mpi_pool::options& o, std::unique_ptr<preparation> prepare);
    mpi_engine(const mpi_engine&) = delete;
    mpi_engine& operator=(const mpi_engine&) = delete;
    ~mpi_engine();

    void require_open() const;
    void submit(remote_call& call) noexcept;
    /// Takes a call for each worker over.
    void broadcast(const std::vector<remote_call*>& calls) noexcept;
    void close() noexcept;
    void cancel_pending() noexcept;
    /// After close(): waits until no call is left.
    void end() noexcept;
    [[nodiscard]] bool ended() const noexcept { return ended_; }

    [[nodiscard]] bool cancel(remote_call& call) noexcept override;
    void help(remote_call& call, const future_core& core) noexcept override;

    [[nodiscard]] std::size_t size() const noexcept { return workers_.size(); }
    [[nodiscard]] std::vector<rank_info> workers() const;
    [[nodiscard]] mpi_pool::statistics stats() const noexcept;

private:
    /// A word that came, and from whom.
    struct arrival {
        std::vector<std::byte> bytes;
        std::size_t size = 0;
        int rank = 0;
    };
    /// A call on its way to a worker.
    struct gift {
        remote_call* call = nullptr;   // null: there is none
        rank_worker* to = nullptr;
        rank_worker::sending* message = nullptr;
        bool dozes = false;            // the worker may be asleep
    };
    /// What an answer is of.
    struct settled {
        remote_call* call = nullptr;
        bool preparation = false;
        bool more = false;             // calls wait for whoever can take them
    };

    /// On average: then it is worth while to look for their answers, and not to sleep.
    [[nodiscard]] bool calls_are_short() const noexcept {
        return average_ns_.load(std::memory_order_relaxed) < 100'000;
    }

    // The mutex is held:
    [[nodiscard]] std::exception_ptr refusal() const noexcept;
    void take_back(rank_worker& from, remote_call& call) noexcept;
    [[nodiscard]] gift next_gift() noexcept;
    void tell(rank_worker& whom, word::kind what, std::uint64_t number);
    bool send_to(rank_worker& whom);
    void advance();
    bool take_arrival();
    [[nodiscard]] settled settle(rank_worker& from, const word& head) noexcept;

    // It is not:
    void dispatch() noexcept;
    void give(gift next) noexcept;
    std::exception_ptr send_broadcast(const remote_call& call,
                                      std::span<const broadcast_target> list) noexcept;
    void fail_broadcast(std::span<const broadcast_target> list,
                        const std::exception_ptr& why) noexcept;
    void prepare_all();
    /// Takes one word, if it has come. Returns: whether it has. Requires: the role of receiver.
    bool receive() noexcept;
    void complete(const settled& what, rank_worker& from, incoming& message) noexcept;
    static void compose(const remote_call& call, wire_writer& to);
    [[nodiscard]] static std::exception_ptr why_lost(const rank_worker& which);
    void finish(remote_call& call, std::exception_ptr error) noexcept;
    void one_less() noexcept;
    void break_pool(const std::exception_ptr& why) noexcept;
    void refuse_pending(const std::exception_ptr& why) noexcept;

    // incoming::waiter
    void receive_part(int rank, std::span<std::byte> into, mpi_port::transfer& as) override;
    bool wait(int rank, mpi_port::transfer& of) override;

    // The engine's thread.
    static void thread_main(void* self) noexcept;
    void serve() noexcept;
    void listen_to(std::uint64_t rank) noexcept;
    void bury(rank_worker& which) noexcept;
    [[nodiscard]] std::chrono::nanoseconds patience(duration idle, int helped) noexcept;
    void wake() noexcept;
    void stop_thread() noexcept;

    mpi_session& session_;
    const std::string name_;
    const std::unique_ptr<preparation> prepare_;
    std::vector<std::unique_ptr<rank_worker>> workers_;   // by rank, from 1 on
    os::watch_list watched_;
    os::event_fd bell_;
    os::thread thread_;
    std::atomic<bool> asleep_{false};      // the engine's thread is
    std::atomic<bool> receiving_{false};   // somebody has the role of receiver
    std::atomic<std::size_t> calls_{0};    // accepted and without a result
    std::atomic<int> helpers_{0};          // threads that wait for a result
    std::atomic<std::uint64_t> helps_{0};  // how often one has begun to
    std::atomic<std::uint64_t> average_ns_{0};   // that calls take; written under the mutex
    std::atomic<bool> ending_{false};
    std::atomic<bool> finished_{false};    // the engine's thread shall end
    listing listing_;

    // guarded by the session's mutex
    std::vector<std::byte> posted_;        // where MPI puts the next word
    mpi_port::transfer next_;
    arrival arrived_;                      // the receiver's
    intrusive_list<remote_call> pending_;
    std::uint64_t completed_ = 0;
    least_busy<rank_worker> takers_{rank_worker::slots_max};
    std::vector<rank_worker*> senders_;    // to whom not all has left
    bool closed_ = false;
    bool ended_ = false;                   // the owner's
    std::exception_ptr broken_;
    std::condition_variable idle_;         // calls_ == 0
};

}  // namespace troika::impl
