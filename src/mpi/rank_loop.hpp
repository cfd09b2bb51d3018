// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/clock.hpp>
#include <troika/proc/function_identity.hpp>
#include <troika/proc/remote_function.hpp>
#include <troika/proc/wire_writer.hpp>

#include "mpi/incoming.hpp"
#include "mpi/mpi_session.hpp"
#include "mpi/outgoing.hpp"
#include "mpi/word.hpp"
#include "os/thread.hpp"
#include "os/throw_stack.hpp"
#include "proc/call_maker.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <stop_token>
#include <vector>

namespace troika::impl {

/// What a worker does all its life: takes calls from rank 0, makes them, sends what came of them.
///
/// Thread: the one that calls serve(), but for what is said.
class rank_loop final : public call_maker, private call_answer, private incoming::waiter {
public:
    explicit rank_loop(mpi_session& session);

    /// Returns: when rank 0 has asked for it, or has gone.
    void serve();
    /// Whether the call that runs was cancelled. Thread: that which runs it.
    [[nodiscard]] bool stop_requested() noexcept override;

private:
    using buffer = std::unique_ptr<std::byte[]>;   // of word::bytes_max
    struct arrival {
        buffer bytes;
        std::size_t size = 0;
        int from = 0;
        bool stopped = false;   // it was cancelled before it began
    };

    // call_answer
    wire_writer& writer() noexcept override { return answer_.message(); }
    void send() override;
    std::stop_token stop_token() override;
    // incoming::waiter
    void receive_part(int rank, std::span<std::byte> into, mpi_port::transfer& as) override;
    bool wait(int rank, mpi_port::transfer& of) override;

    /// Takes all messages that are there. The mutex is held.
    void take_words();
    /// Waits for the next call, and lets go of the one before it. Returns: false at the end.
    bool next_call(arrival& next);
    /// If it is there; the mutex is held.
    bool take_call(arrival& next);
    void let_go(arrival& ended);
    void obey(const arrival& what);
    void make(incoming& from);
    void call(wire_reader& from);
    void pass_on(wire_reader& from);
    [[nodiscard]] bool send_to(int rank, outgoing& what);
    void send_error(const std::exception_ptr& error, const os::throw_stack& stack) noexcept;
    void send_as(word::kind what);
    static void watch_stops(void* self) noexcept;

    mpi_session& session_;
    buffer posted_;                   // where MPI puts the next word
    mpi_port::transfer receiving_;
    std::deque<arrival> calls_;       // that have not begun; guarded by the session's mutex
    std::set<std::uint64_t> stops_;   // of calls that have not ended; likewise
    std::uint64_t begun_ = 0;         // the last call that has; likewise
    std::set<int> lost_;              // ranks; likewise
    bool quit_ = false;               // likewise
    std::vector<buffer> spares_;      // likewise
    outgoing answer_;
    function_finder functions_;

    // The call that is being made.
    word now_;
    incoming* from_ = nullptr;
    bool sent_ = false;
    bool watched_ = false;   // it wanted a stop token
    time_point began_;

    os::thread watcher_;   // once somebody wanted a stop token
    std::atomic<std::uint32_t> watching_{0};
    std::mutex stop_mutex_;
    std::optional<std::stop_source> stop_source_;   // guarded by stop_mutex_
    std::uint64_t stop_number_ = 0;                 // likewise
};

}  // namespace troika::impl
