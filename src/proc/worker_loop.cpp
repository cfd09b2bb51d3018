// SPDX-License-Identifier: MIT
#include "proc/worker_loop.hpp"

#include <troika/core/errors.hpp>
#include <troika/proc/exception_codec.hpp>

#include "inspect/process_trace.hpp"
#include "os/clock.hpp"
#include "os/event_fd.hpp"
#include "os/futex.hpp"
#include "os/spin.hpp"
#include "os/throw_stack.hpp"
#include "proc/message_cut.hpp"

#include <chrono>
#include <utility>

namespace troika::impl {

namespace {

using namespace std::chrono_literals;

/// An open() for the initializer list.
channel& opened(channel& which, int descriptor) {
    which.open(descriptor);
    return which;
}

}  // namespace

worker_loop::worker_loop(int channel_descriptor, int bell, int socket)
    : bell_(bell), socket_(socket),
      // Braces: the first is evaluated first.
      calls_{opened(shared_, channel_descriptor).shared().calls, shared_.capacity()},
      results_(shared_.shared().results, shared_.capacity()) {}

bool worker_loop::stop_requested() noexcept {
    return number_ != 0 &&
           shared_.shared().stop_number.load(std::memory_order_relaxed) == number_;
}

// ---- calls

void worker_loop::serve() {
    while (wait_for_call()) {
        auto& head = *reinterpret_cast<frame*>(shared_.call_at(calls_.position()));
        frame_room_ = frame::room_of(head.bytes);
        take_attachments();
        frame::state expected = frame::state::queued;
        // Parts that nobody reads belong to a call that was withdrawn, or failed when it was read.
        if (head.what == frame::kind::part ||
            !head.order.compare_exchange_strong(expected, frame::state::taken,
                                                std::memory_order_relaxed)) {
            consume_frame();
            continue;
        }
        take(head);
        consume_frame();
        received_.end_of(number_);
        number_ = 0;
    }
}

void worker_loop::take_attachments() {
    channel::words& words = shared_.shared();
    const std::uint64_t packets = words.call_packets.load(std::memory_order_acquire);
    if (packets == call_packets_) [[likely]]
        return;
    call_packets_ = packets;
    received_.receive_all(socket_.get());
    if (words.socket_full.exchange(0, std::memory_order_seq_cst) != 0)
        os::signal_event(bell_.get());
}

received_attachment& worker_loop::attachment(std::uint64_t id) {
    received_attachment* const found = received_.find(id);
    return found != nullptr ? *found : wire_source::attachment(id);
}

void worker_loop::take(frame& head) {
    number_ = head.number;
    slot_ = head.slot;
    left_ = head.total - head.bytes;
    first_piece_ = true;
    sent_ = false;
    began_ = os::steady_time();
    total_ = head.total;
    if (trace_hooks* const watcher = process_trace::instance().hooks()) [[unlikely]]
        watcher->on_call_begun(number_);
    os::throw_stack stack;
    try {
        os::call_recording_stack([](void* me) { static_cast<worker_loop*>(me)->call(); }, this,
                                 stack);
    } catch (...) {
        send_error(std::current_exception(), stack);
    }
    const std::scoped_lock here(stop_mutex_);
    stop_source_.reset();
}

void worker_loop::call() {
    wire_reader from(*this, total_);
    const auto identity = from.get<function_identity>();
    const any_function entry = functions_.find(identity);
    if (entry == nullptr) throw wire_error(identity.why_missing());
    reinterpret_cast<call_entry>(entry)(from, *this);
}

std::span<const std::byte> worker_loop::more() {
    if (!std::exchange(first_piece_, false)) {
        if (left_ == 0) return {};
        consume_frame();
        // The parent goes on with the message, or withdraws it, or ends, and this process with it.
        if (!wait_for_call()) return {};
        const auto& head = *reinterpret_cast<const frame*>(shared_.call_at(calls_.position()));
        if (head.what != frame::kind::part) return {};
        frame_room_ = frame::room_of(head.bytes);
        left_ -= head.bytes;
    }
    const std::byte* const at = shared_.call_at(calls_.position());
    return {at + sizeof(frame), reinterpret_cast<const frame*>(at)->bytes};
}

void worker_loop::consume_frame() noexcept {
    const std::uint64_t room = std::exchange(frame_room_, 0);
    if (room == 0) return;
    switch (calls_.consume(room)) {
        case asleep_on_word: wake_ring_side(shared_.shared().calls.writer); break;
        case asleep_on_event: os::signal_event(bell_.get()); break;
        case awake: break;
    }
}

bool worker_loop::wait_for_call() noexcept {
    channel::words& words = shared_.shared();
    while (calls_.available() == 0) {
        if (calls_.corrupt()) return false;   // a parent that is out of its mind needs no worker
        if (words.quit.load(std::memory_order_acquire) != 0) return calls_.available_now() != 0;
        const bool there = os::spin_until([this] { return calls_.available() != 0; });
        if (there || !calls_.announce_sleep(asleep_on_word)) continue;
        // After the announcement, so that who asks us to quit sees it or is seen.
        if (words.quit.load(std::memory_order_seq_cst) != 0) {
            calls_.stay_awake();
            continue;
        }
        sleep_as_ring_side(words.calls.reader, never);
    }
    return true;
}

// ---- results

void worker_loop::send() {
    attachments_.begin(number_, answer_.attachments());
    sent_ = true;
    send_as(frame::kind::value);
}

void worker_loop::send_error(const std::exception_ptr& error,
                             const os::throw_stack& stack) noexcept {
    if (sent_) return;
    answer_.clear();
    attachments_.begin(number_, {});
    try {
        write_exception(answer_, error, stack.calls());
    } catch (...) {   // by a crossing of the user's
        answer_.clear();
        write_exception(answer_, std::make_exception_ptr(wire_error(
                                     "an exception could not be sent: " + describe(error) + ": " +
                                     describe(std::current_exception()))));
    }
    send_as(frame::kind::error);
}

void worker_loop::send_as(frame::kind what) noexcept {
    frame first;
    first.what = what;
    first.slot = slot_;
    first.number = number_;
    first.busy_ns = static_cast<std::uint64_t>((os::steady_time() - began_) / 1ns);
    // Before it is sent: the parent shall not seem to have it earlier.
    if (trace_hooks* const watcher = process_trace::instance().hooks()) [[unlikely]]
        watcher->on_call_done(number_, what == frame::kind::error);
    message_cut cut;
    cut.begin(answer_, first);
    if (!attachments_.done()) {
        // The parent takes packets with the results that were sent before.
        attachments_.send(socket_.get(), true);
        shared_.shared().result_packets.fetch_add(1, std::memory_order_release);
    }
    do {
        const std::uint64_t piece = cut.next(shared_.piece_max());
        const std::uint64_t room = frame::room_of(piece);
        while (!results_.has_room(room))
            if (results_.announce_sleep(asleep_on_word, room))
                sleep_as_ring_side(shared_.shared().results.writer, never);
        cut.write(shared_.result_at(results_.position()), piece);
        switch (results_.publish(room)) {
            case asleep_on_word: wake_ring_side(shared_.shared().results.reader); break;
            case asleep_on_event: os::signal_event(bell_.get()); break;
            case awake: break;
        }
    } while (!cut.done());
    answer_.clear();
}

// ---- stopping

std::stop_token worker_loop::stop_token() {
    const std::scoped_lock here(stop_mutex_);
    if (!watcher_)
        watcher_.start_or_throw("the thread that hears of cancelled calls", "stops",
                                &worker_loop::watch_stops, this);
    stop_source_.emplace();
    stop_number_ = number_;
    if (stop_requested()) stop_source_->request_stop();
    return stop_source_->get_token();
}

void worker_loop::watch_stops(void* self) noexcept {
    auto& me = *static_cast<worker_loop*>(self);
    channel::words& words = me.shared_.shared();
    for (;;) {
        const std::uint32_t seen = words.stop_word.load(std::memory_order_acquire);
        std::optional<std::stop_source> source;
        {
            const std::scoped_lock here(me.stop_mutex_);
            if (me.stop_source_ &&
                words.stop_number.load(std::memory_order_relaxed) == me.stop_number_)
                source = me.stop_source_;
        }
        if (source) source->request_stop();
        if (words.quit.load(std::memory_order_acquire) != 0) return;
        os::shared_futex_wait(words.stop_word, seen);
    }
}

}  // namespace troika::impl
