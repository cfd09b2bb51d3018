// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/intrusive_list.hpp>
#include <troika/core/clock.hpp>
#include <troika/proc/remote_call.hpp>

#include "mpi/broadcast_tree.hpp"
#include "mpi/mpi_session.hpp"
#include "mpi/outgoing.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace troika::impl {

/// Rank 0's view of one worker: what it was sent, and how far ahead it may be.
/// Thread: all of it is guarded by the session's mutex.
class rank_worker : public list_hook<> {
public:
    /// Calls that a worker may have, at most.
    static constexpr std::uint32_t slots_max = 256;

    explicit rank_worker(mpi_session::member& of);

    [[nodiscard]] bool can_take() const noexcept {
        return ready && !lost() && in_flight < ahead_max_ && !free_slots_.empty();
    }
    [[nodiscard]] int rank() const noexcept { return member.info.rank; }
    [[nodiscard]] bool lost() const noexcept { return member.info.lost; }

    using broadcast_list = std::vector<broadcast_target>;

    /// A message on its way to the worker.
    struct sending {
        outgoing message;
        word first;
        bool composed = false;
        bool begun = false;
    };
    /// Takes `call`; or what comes before all calls. What is returned is to be composed, without
    /// the mutex, and then either sent or dropped.
    sending& add(remote_call& call, bool ring);
    sending& add_preparation();
    /// Takes a call that is broadcast, and is sent by whoever comes before it.
    broadcast_target reserve(remote_call& call, std::shared_ptr<const broadcast_list> list);
    /// The message with such a call, and with those behind it.
    sending& add_broadcast(const broadcast_target& first);
    /// Its calls that come, or came, by way of `rank`.
    [[nodiscard]] std::vector<remote_call*> calls_by_way_of(int rank) const;
    void composed(sending& what) noexcept { what.composed = true; }
    void drop(sending& what);

    /// Gives MPI what has not left. Returns: whether there is more.
    bool advance(mpi_port& port);
    /// Returns: the call of that answer; null when nobody has asked that.
    [[nodiscard]] remote_call* find(std::uint32_t slot, std::uint64_t number) const noexcept;
    /// Whether `number` is the preparation's.
    [[nodiscard]] bool is_preparation(std::uint32_t slot, std::uint64_t number) const noexcept {
        return slot == word::no_slot && number == preparation_;
    }
    void remove(remote_call& call) noexcept;
    /// Takes back a call whose message has not begun to leave.
    [[nodiscard]] bool is_composing(const remote_call& call) const noexcept;
    enum class withdrawal : std::uint8_t { done, composing, sent };
    withdrawal withdraw(remote_call& call) noexcept;
    /// Tells the worker that call `number` was cancelled.
    void tell(mpi_port& port, word::kind what, std::uint64_t number);
    /// A call took so long: how many may be ahead.
    void learn(std::uint64_t busy_ns) noexcept;
    /// Its calls in the order in which it was given them.
    [[nodiscard]] std::vector<remote_call*> calls() const;
    /// It has gone: nothing is sent any more.
    void forget_messages() noexcept;

    mpi_session::member& member;
    const std::string place;     ///< "rank 3 on node7, process 1234"
    bool ready = false;          ///< it was prepared
    std::uint32_t in_flight = 0;
    bool sends = false;          ///< the engine has it among those to whom not all has left
    time_point idle_since{};     ///< it may be asleep some time after that

private:
    sending& next_message();

    struct entry {
        remote_call* call = nullptr;
        std::uint64_t number = 0;
        std::shared_ptr<const broadcast_list> list{};   // of one that is broadcast
    };
    std::uint32_t take_slot();
    struct order {
        word what;
        mpi_port::transfer sent;
    };

    std::vector<entry> slots_;
    std::vector<std::uint32_t> free_slots_;
    std::deque<std::unique_ptr<sending>> leaving_;
    std::vector<std::unique_ptr<sending>> spares_;
    std::vector<std::unique_ptr<order>> orders_;
    std::uint64_t preparation_ = 0;
    std::uint64_t average_ns_ = 0;
    std::uint32_t ahead_max_ = 2;
};

}  // namespace troika::impl
