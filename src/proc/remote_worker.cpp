// SPDX-License-Identifier: MIT
#include "proc/remote_worker.hpp"

#include "inspect/process_trace.hpp"
#include "os/futex.hpp"
#include "os/spin.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace troika::impl {

namespace {

/// How much work may wait in a ring while other workers have none yet.
constexpr std::uint64_t ahead_ns = 500'000;

}  // namespace

remote_worker::remote_worker(std::size_t number, std::size_t ring_bytes)
    : index(number), slots(slots_max), calls_((shared.create(ring_bytes), shared.shared().calls),
                                              ring_bytes),
      results_(shared.shared().results, ring_bytes) {
    free_slots.reserve(slots_max);
    for (std::uint32_t i = slots_max; i > 0; --i) free_slots.push_back(i - 1);
}

// ---- sending

void remote_worker::compose(const remote_call& call) {
    message_.clear();
    message_.put(call.entry());
    call.write(message_);
    attachments_.begin(call.number_, message_.attachments());
    frame first;
    first.what = frame::kind::call;
    first.slot = call.slot_;
    first.number = call.number_;
    cut_.begin(message_, first);
}

void remote_worker::compose(const preparation& first_of_all) {
    message_.clear();
    message_.put(first_of_all.entry());
    first_of_all.write(message_);
    attachments_.begin(0, message_.attachments());
    frame first;
    first.what = frame::kind::call;   // its number is 0
    cut_.begin(message_, first);
}

bool remote_worker::send_attachments() noexcept {
    channel::words& words = shared.shared();
    int sent = attachments_.send(socket.get(), false);
    if (sent == -EAGAIN) {
        // Then once more: packets that are there now will be taken after this was seen.
        words.socket_full.store(1, std::memory_order_seq_cst);
        sent = attachments_.send(socket.get(), false);
        if (sent == -EAGAIN) return false;
    }
    // Where it failed otherwise the worker says so, or is dead.
    words.call_packets.fetch_add(1, std::memory_order_release);
    return true;
}

remote_worker::progress remote_worker::send() noexcept {
    if (!attachments_.done() && !send_attachments()) return progress::waiting;
    while (!cut_.done()) {
        const std::uint64_t piece = cut_.next(shared.piece_max());
        const std::uint64_t room = frame::room_of(piece);
        if (!os::spin_until([&] { return calls_.has_room(room); })) {
            if (calls_.announce_sleep(asleep_on_event, room)) return progress::waiting;
            continue;
        }
        cut_.write(shared.call_at(calls_.position()), piece);
        if (calls_.publish(room) == asleep_on_word) wake_ring_side(shared.shared().calls.reader);
    }
    if (!message_.attachments().empty()) message_.clear();   // it keeps what was attached
    return progress::sent;
}

// ---- receiving

remote_worker::answer* remote_worker::take() noexcept {
    answer& into = incoming_;
    while (!corrupt_) {
        const std::uint64_t there = results_.available();
        corrupt_ = results_.corrupt() || (there != 0 && there < sizeof(frame));
        if (there == 0 || corrupt_) break;
        const std::byte* const at = shared.result_at(results_.position());
        frame head;   // read once: the other side may be changing it
        std::memcpy(&head.what, at + offsetof(frame, what), sizeof head.what);
        std::memcpy(&head.bytes, at + offsetof(frame, bytes), sizeof head.bytes);
        std::memcpy(&head.slot, at + offsetof(frame, slot), sizeof head.slot);
        std::memcpy(&head.number, at + offsetof(frame, number), sizeof head.number);
        std::memcpy(&head.total, at + offsetof(frame, total), sizeof head.total);
        std::memcpy(&head.busy_ns, at + offsetof(frame, busy_ns), sizeof head.busy_ns);
        const std::uint64_t room = frame::room_of(head.bytes);
        const bool begins = head.what == frame::kind::value || head.what == frame::kind::error;
        corrupt_ = room > there || begins != (into.filled == into.total) ||
                   (!begins && head.what != frame::kind::part) ||
                   (begins && head.total > message_max);
        if (corrupt_) break;
        if (begins) {
            into.slot = head.slot;
            into.number = head.number;
            into.busy_ns = head.busy_ns;
            into.is_error = head.what == frame::kind::error;
            into.total = head.total;
            into.filled = 0;
            if (into.capacity < into.total) {
                into.bytes.reset(new (std::nothrow) std::byte[into.total]);
                into.capacity = into.bytes ? into.total : 0;
            }
        }
        corrupt_ = head.bytes > into.total - into.filled || (into.total > 0 && !into.bytes);
        if (corrupt_) break;
        if (head.bytes > 0)
            std::memcpy(into.bytes.get() + into.filled, at + sizeof(frame), head.bytes);
        into.filled += head.bytes;
        if (results_.consume(room) == asleep_on_word)
            wake_ring_side(shared.shared().results.writer);
        if (into.filled == into.total) return &into;
    }
    return nullptr;
}

attachment_receiver& remote_worker::attachments_of(const answer& what) {
    // They were counted before the result was sent.
    const std::uint64_t sent = shared.shared().result_packets.load(std::memory_order_acquire);
    if (!received_.receive_for(socket.get(), what.number, sent)) corrupt_ = true;
    return received_;
}

bool remote_worker::spin() noexcept {
    return os::spin_until([this] { return results_.available() != 0 || results_.corrupt(); });
}

void remote_worker::sleep() noexcept {
    sleep_as_ring_side(shared.shared().results.reader, never);
}

void remote_worker::kick() noexcept {
    auto& word = shared.shared().results.reader;
    std::uint32_t expected = asleep_on_word;
    if (word.compare_exchange_strong(expected, awake, std::memory_order_seq_cst))
        wake_ring_side(word);
}

// ---- the engine's lock

void remote_worker::add(remote_call& call) noexcept {
    const std::uint32_t slot = free_slots.back();
    free_slots.pop_back();
    ++given;
    ++in_flight;
    call.worker_ = this;
    call.slot_ = slot;
    call.number_ = given;
    slots[slot] = {&call, calls_.position(), given};
    sending = sending_state::active;
    sending_number = given;
}

bool remote_worker::sends(const remote_call& call) const noexcept {
    return sending != sending_state::idle && sending_number == call.number_ && call.worker_ == this;
}

remote_call* remote_worker::find(std::uint32_t slot, std::uint64_t number) const noexcept {
    if (slot >= slots.size() || slots[slot].number != number) return nullptr;
    return slots[slot].call;
}

void remote_worker::remove(remote_call& call, bool failed) noexcept {
    if (trace_hooks* const watcher = process_trace::instance().hooks()) [[unlikely]]
        watcher->on_call_answered(pid, call.number_, failed);
    slots[call.slot_] = {};
    free_slots.push_back(call.slot_);
    --in_flight;
    call.worker_ = nullptr;
    if (stopping == call.number_) {
        stopping = 0;
        next_step = never;
    }
}

bool remote_worker::withdraw(remote_call& call) noexcept {
    const entry& given_as = slots[call.slot_];
    if (calls_.position() == given_as.position) {   // nothing of it was sent yet
        remove(call);
        return true;
    }
    // Once the ring has come round, the frame is another's: it was taken long ago.
    if (calls_.position() - given_as.position > shared.capacity()) return false;
    auto& head = *reinterpret_cast<frame*>(shared.call_at(given_as.position));
    frame::state expected = frame::state::queued;
    if (!head.order.compare_exchange_strong(expected, frame::state::withdrawn,
                                            std::memory_order_relaxed))
        return false;
    remove(call);
    return true;
}

void remote_worker::ask_to_stop(std::uint64_t number) noexcept {
    channel::words& words = shared.shared();
    words.stop_number.store(number, std::memory_order_relaxed);
    words.stop_word.fetch_add(1, std::memory_order_release);
    os::shared_futex_wake(words.stop_word);
}

void remote_worker::ask_to_quit() noexcept {
    quitting = true;
    retired = true;
    channel::words& words = shared.shared();
    words.quit.store(1, std::memory_order_seq_cst);
    words.stop_word.fetch_add(1, std::memory_order_release);   // for who watches that
    os::shared_futex_wake(words.stop_word);
    if (words.calls.reader.exchange(awake, std::memory_order_seq_cst) == asleep_on_word)
        wake_ring_side(words.calls.reader);
}

void remote_worker::learn(std::uint64_t busy_ns) noexcept {
    busy_ns = std::clamp<std::uint64_t>(busy_ns, 100, 1'000'000'000);
    average_ns_ = average_ns_ == 0 ? busy_ns : (7 * average_ns_ + busy_ns) / 8;
    ahead_max_ = static_cast<std::uint32_t>(
        std::clamp<std::uint64_t>(ahead_ns / average_ns_, 2, slots_max));
}

}  // namespace troika::impl
