// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/clock.hpp>
#include <troika/inspect/listing.hpp>
#include <troika/proc/process_pool.hpp>
#include <troika/proc/remote_call.hpp>
#include <troika/proc/wire_writer.hpp>

#include "os/event_fd.hpp"
#include "os/fd.hpp"
#include "os/process.hpp"
#include "proc/attachment_exchange.hpp"
#include "proc/channel.hpp"
#include "proc/message_cut.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace troika::impl {

/// A parent's view of one worker process: what it was sent, and how to talk to it.
///
/// Thread: as each member says. "The engine's lock" is the engine's mutex, which is held.
class remote_worker {
public:
    /// What became of an attempt to go on with sending.
    enum class progress : std::uint8_t { sent, waiting };
    /// Whether somebody sends, or a message waits for room.
    enum class sending_state : std::uint8_t { idle, active, parked };
    /// What came out of the ring of results.
    struct answer {
        std::uint32_t slot = 0;
        std::uint64_t number = 0;
        std::uint64_t busy_ns = 0;
        bool is_error = false;
        std::uint64_t total = 0;
        std::uint64_t filled = 0;
        std::unique_ptr<std::byte[]> bytes;
        std::size_t capacity = 0;

        /// Gives back what a large one took.
        void shrink() noexcept {
            if (capacity <= kept_max) return;
            bytes.reset();
            capacity = 0;
        }
        static constexpr std::size_t kept_max = 1 << 16;
    };
    /// Calls that a worker may have in its ring, at most.
    static constexpr std::uint32_t slots_max = 256;
    /// Bytes of a result, at most: what is more is a lie.
    static constexpr std::uint64_t message_max = std::uint64_t{1} << 40;

    remote_worker(std::size_t index, std::size_t ring_bytes);
    remote_worker(const remote_worker&) = delete;
    remote_worker& operator=(const remote_worker&) = delete;

    // ---- who sends: one thread at a time, as `sending` says

    /// Makes the message of `call`, which was added. Throws: what writing the arguments throws.
    void compose(const remote_call& call);
    void compose(const preparation& first_of_all);
    /// Sends as much of the message as there is room for. While `waiting`, the worker will ring the
    /// bell as soon as there is more.
    progress send() noexcept;

    // ---- who receives: one thread at a time, as try_receive() says

    /// Takes the next result. Returns: null when there is no whole one. corrupt() afterwards says
    /// whether what was there made sense; then nothing more does. Lifetime: until the next call.
    answer* take() noexcept;
    /// The descriptors that came with what take() gave. Lifetime: until end_of_attachments().
    [[nodiscard]] attachment_receiver& attachments_of(const answer& what);
    void end_of_attachments(const answer& what) noexcept { received_.end_of(what.number); }
    [[nodiscard]] bool corrupt() const noexcept { return corrupt_; }
    void call_corrupt() noexcept { corrupt_ = true; }
    /// The bell shall ring when the next result comes. Returns: false when one is there.
    [[nodiscard]] bool sleep_on_bell() noexcept {
        return results_.announce_sleep(asleep_on_event);
    }
    /// Looks for results for a while. Returns: whether there is one.
    [[nodiscard]] bool spin() noexcept;
    /// From now on the worker, and kick(), wake who sleeps. Returns: false when there is a result.
    [[nodiscard]] bool announce_sleep() noexcept {
        return results_.announce_sleep(asleep_on_word);
    }
    void stay_awake() noexcept { results_.stay_awake(); }
    /// Sleeps until there is a result, or kick(). Requires: announce_sleep().
    void sleep() noexcept;
    /// Ends the sleep of whoever sleeps there. Thread: any.
    void kick() noexcept;

    /// Becomes the one who receives. Returns: false while somebody does, who will look again then.
    [[nodiscard]] bool try_receive() noexcept {
        std::uint32_t expected = free;
        if (receiving_.compare_exchange_strong(expected, held, std::memory_order_acquire))
            return true;
        return receiving_.exchange(asked, std::memory_order_acquire) == free;
    }
    /// Returns: false when somebody asked meanwhile: then it is still ours, and to be looked again.
    [[nodiscard]] bool end_receive() noexcept {
        std::uint32_t expected = held;
        if (receiving_.compare_exchange_strong(expected, free, std::memory_order_release))
            return true;
        receiving_.store(held, std::memory_order_relaxed);
        return false;
    }

    // ---- the engine's lock

    struct entry {
        remote_call* call = nullptr;
        std::uint64_t position = 0;   // of its frame
        std::uint64_t number = 0;
    };
    [[nodiscard]] bool can_take(std::uint32_t ahead_max) const noexcept {
        return ready && sending == sending_state::idle && !retired && !dead &&
               in_flight < ahead_max && !free_slots.empty();
    }
    /// Takes `call`, which the caller goes on to send.
    void add(remote_call& call) noexcept;
    /// Whether `call` is the one that is being sent.
    [[nodiscard]] bool sends(const remote_call& call) const noexcept;
    /// Returns: the call of that answer; null when there is none.
    [[nodiscard]] remote_call* find(std::uint32_t slot, std::uint64_t number) const noexcept;
    /// `failed`: it has no result.
    void remove(remote_call& call, bool failed = true) noexcept;
    /// Takes `call` back. Returns: whether it had not begun. Requires: nobody is sending.
    bool withdraw(remote_call& call) noexcept;
    /// Asks the call that runs, if it is that one, to stop.
    void ask_to_stop(std::uint64_t number) noexcept;
    void ask_to_quit() noexcept;
    /// The call took `busy_ns`: how many may be ahead.
    void learn(std::uint64_t busy_ns) noexcept;
    [[nodiscard]] std::uint32_t ahead_max() const noexcept { return ahead_max_; }

    const std::size_t index;
    os::event_fd bell;
    os::fd process;      // a pidfd
    os::fd socket;       // for descriptors
    int pid = 0;
    std::string place;        // "worker 2, process 1234"
    bool answered = false;    // it has said whether it is ready; who receives has it
    bool ready = false;
    sending_state sending = sending_state::idle;
    std::uint64_t sending_number = 0;   // the call whose message that is
    bool rung = false;        // the bell rang while somebody was sending
    bool retired = false;     // gets no more calls
    bool dead = false;
    bool quitting = false;
    bool reaped = false;
    bool killed = false;      // by us, since what it wrote made no sense
    os::process_end end;
    std::uint64_t given = 0;   // calls, in all
    std::uint64_t in_flight = 0;
    std::vector<entry> slots;
    std::vector<std::uint32_t> free_slots;
    // The call that was asked to stop, and what comes next if it does not.
    std::uint64_t stopping = 0;
    time_point next_step = never;
    int next_signal = 0;

    listing listed_as;         // the engine's thread's

    channel shared;

private:
    enum : std::uint32_t { free, held, asked };

    /// Returns: false when there is no room; the bell will ring then.
    [[nodiscard]] bool send_attachments() noexcept;

    ring_writer<> calls_;
    ring_reader<> results_;
    std::atomic<std::uint32_t> receiving_{free};
    answer incoming_;
    bool corrupt_ = false;
    attachment_receiver received_;
    std::uint64_t average_ns_ = 0;
    std::uint32_t ahead_max_ = 2;

    // The message that is being sent.
    wire_writer message_;
    message_cut cut_;
    attachment_sender attachments_{true};
};

}  // namespace troika::impl
