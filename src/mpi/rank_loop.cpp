// SPDX-License-Identifier: MIT
#include "mpi/rank_loop.hpp"

#include <troika/core/errors.hpp>
#include <troika/proc/exception_codec.hpp>
#include <troika/proc/wire_error.hpp>

#include "mpi/broadcast_tree.hpp"
#include "mpi/lifeline.hpp"
#include "os/clock.hpp"
#include "os/futex.hpp"
#include "os/socket.hpp"
#include "os/spin.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <memory>
#include <utility>

namespace troika::impl {

namespace {

using namespace std::chrono_literals;

/// Rank 0 has surely gone to sleep when a call took longer.
constexpr auto rings_after = 40us;
/// How long one sleeps at most where the other side may not know of it, and how often a watcher
/// looks.
constexpr auto nap_min = 1ms;
constexpr auto nap_max = 64ms;
constexpr std::size_t spares_max = 16;
constexpr int looks_per_lock = 4;
constexpr std::uint64_t remembered = 4096;

}  // namespace

rank_loop::rank_loop(mpi_session& session)
    : session_(session), posted_(new std::byte[word::bytes_max]) {}

// ---- calls

void rank_loop::take_words() {
    while (receiving_.done()) {
        if (receiving_.bytes() >= sizeof(word)) {
            word head;
            std::memcpy(&head, posted_.get(), sizeof head);
            switch (head.what) {
                case word::kind::quit:
                    quit_ = true;
                    if (head.number != 0) session_.note_loss();
                    return;
                case word::kind::stop: stops_.insert(head.number); break;
                case word::kind::lost: lost_.insert(static_cast<int>(head.number)); break;
                case word::kind::withdraw:
                    if (head.number > begun_) stops_.insert(head.number);
                    break;
                default:
                    calls_.push_back(
                        {std::move(posted_), receiving_.bytes(), receiving_.rank(), false});
                    if (spares_.empty()) {
                        posted_.reset(new std::byte[word::bytes_max]);
                    } else {
                        posted_ = std::move(spares_.back());
                        spares_.pop_back();
                    }
            }
        }
        session_.port.receive(mpi_port::tag::word, {posted_.get(), word::bytes_max}, receiving_);
    }
}

void rank_loop::serve() {
    {
        const std::scoped_lock here(session_.mutex);
        session_.port.receive(mpi_port::tag::word, {posted_.get(), word::bytes_max}, receiving_);
    }
    for (arrival next; next_call(next);) obey(next);
    watching_.store(2, std::memory_order_release);
    os::futex_wake(watching_);
    if (watcher_) watcher_.join();
    const std::scoped_lock here(session_.mutex);
    if (!receiving_.take_back()) quit_ = true;
}

void rank_loop::let_go(arrival& ended) {
    if (!ended.bytes) return;
    if (spares_.size() < spares_max) spares_.push_back(std::move(ended.bytes));
    ended.bytes.reset();
    // Those that came too late, too: what is broadcast has its number before it has come.
    std::erase_if(stops_, [this](std::uint64_t each) {
        return each == now_.number || each + remembered < now_.number;
    });
    now_.number = 0;
}

bool rank_loop::take_call(arrival& next) {
    for (int look = 0; look < looks_per_lock; ++look) {
        take_words();
        if (!calls_.empty() || quit_) break;
    }
    if (calls_.empty()) return quit_;
    next = std::move(calls_.front());
    calls_.pop_front();
    std::memcpy(&now_, next.bytes.get(), sizeof now_);
    begun_ = std::max(begun_, now_.number);
    next.stopped = stops_.contains(now_.number);
    return true;
}

bool rank_loop::next_call(arrival& next) {
    auto nap = nap_min;
    for (;;) {
        const auto there = [&] {
            const std::scoped_lock here(session_.mutex);
            let_go(next);
            return take_call(next);
        };
        if (os::spin_until(there)) return next.bytes != nullptr;
        const os::fd& lifeline = session_.own_lifeline();
        if (!lifeline) {
            os::sleep_for(nap_min);
            continue;
        }
        const bool rung = os::wait_readable(lifeline.get(), nap);
        if (rung && !hear(lifeline)) {   // rank 0 has gone
            session_.note_loss();
            return false;
        }
        nap = rung ? nap_min : std::min<std::chrono::milliseconds>(2 * nap, nap_max);
    }
}

void rank_loop::obey(const arrival& what) {
    incoming from(*this, what.from, {what.bytes.get(), what.size});
    sent_ = false;
    began_ = os::steady_time();
    from_ = &from;
    if (what.stopped && now_.what != word::kind::broadcast) {
        answer_.message().clear();
        send_as(word::kind::withdrawn);
    } else {
        os::throw_stack stack;
        try {
            os::call_recording_stack(
                [](void* me) {
                    auto& loop = *static_cast<rank_loop*>(me);
                    loop.make(*loop.from_);
                },
                this, stack);
        } catch (...) {
            send_error(std::current_exception(), stack);
        }
    }
    from_ = nullptr;
    if (!std::exchange(watched_, false)) return;
    watching_.store(0, std::memory_order_release);
    const std::scoped_lock here(stop_mutex_);
    stop_source_.reset();
}

void rank_loop::make(incoming& from) {
    wire_reader reader(from, from.total());
    if (now_.what == word::kind::broadcast)
        pass_on(reader);
    else
        call(reader);
}

void rank_loop::call(wire_reader& from) {
    const auto identity = from.get<function_identity>();
    const any_function entry = functions_.find(identity);
    if (entry == nullptr) throw wire_error(identity.why_missing());
    reinterpret_cast<call_entry>(entry)(from, *this);
}

void rank_loop::pass_on(wire_reader& from) {
    std::vector<broadcast_target> behind(from.length(sizeof(broadcast_target)));
    from.copy(std::as_writable_bytes(std::span(behind)));
    const auto size = static_cast<std::size_t>(from.remaining());
    std::unique_ptr<std::byte[]> whole(new std::byte[size]);
    from.copy({whole.get(), size});
    std::array messages{std::make_unique<outgoing>(), std::make_unique<outgoing>()};
    const auto halves = halves_of(behind);
    for (std::size_t i = 0; i < halves.size(); ++i) {
        if (halves[i].empty()) continue;
        wire_writer& text = messages[i]->message();
        text.put(static_cast<std::uint64_t>(halves[i].size() - 1));
        for (const broadcast_target& each : halves[i].subspan(1)) text.put(each);
        text.reference({whole.get(), size});
        word first;
        first.what = word::kind::broadcast;
        first.ring = 1;
        first.slot = halves[i].front().slot;
        first.number = halves[i].front().number;
        const std::scoped_lock here(session_.mutex);
        messages[i]->begin(session_.port, halves[i].front().rank, first);
    }
    bool all_sent = true;
    for (std::size_t i = 0; i < halves.size(); ++i)
        if (!halves[i].empty() && !send_to(halves[i].front().rank, *messages[i])) all_sent = false;
    bool stopped = false;
    {
        const std::scoped_lock here(session_.mutex);
        stopped = stops_.contains(now_.number);
    }
    if (stopped) {
        answer_.message().clear();
        sent_ = true;
        send_as(word::kind::withdrawn);
    } else {
        memory_source source({whole.get(), size});
        wire_reader message(source, size);
        call(message);
    }
    if (all_sent) return;
    // MPI may still read what it was given for a rank that has gone.
    static_cast<void>(whole.release());
    for (auto& each : messages) static_cast<void>(each.release());
}

bool rank_loop::send_to(int rank, outgoing& what) {
    const os::fd& lifeline = session_.own_lifeline();
    bool sent = false;
    const auto is_over = [&] {
        const std::scoped_lock here(session_.mutex);
        take_words();
        sent = what.advance(session_.port);
        return sent || lost_.contains(rank) || quit_;
    };
    while (!os::spin_until(is_over)) {
        if (lifeline && !hear(lifeline)) break;   // rank 0 has gone, and so does all
        os::sleep_for(50us);
    }
    return sent;
}

void rank_loop::receive_part(int rank, std::span<std::byte> into, mpi_port::transfer& as) {
    const std::scoped_lock here(session_.mutex);
    session_.port.receive_from(rank, mpi_port::tag::part, into, as);
}

bool rank_loop::wait(int, mpi_port::transfer& of) {
    const auto there = [&] {
        const std::scoped_lock held(session_.mutex);
        return of.done();
    };
    const os::fd& lifeline = session_.own_lifeline();
    while (!os::spin_until(there)) {
        if (lifeline && !hear(lifeline)) return false;
        os::sleep_for(50us);
    }
    return true;
}

// ---- results

void rank_loop::send() {
    if (!answer_.message().attachments().empty())
        throw wire_error("descriptors and shared memory cannot cross to another rank: return what "
                         "they hold");
    sent_ = true;
    send_as(word::kind::value);
}

void rank_loop::send_error(const std::exception_ptr& error,
                           const os::throw_stack& stack) noexcept {
    if (sent_) return;
    answer_.message().clear();
    try {
        write_exception(answer_.message(), error, stack.calls());
    } catch (...) {   // by a crossing of the user's
        answer_.message().clear();
        write_exception(answer_.message(),
                        std::make_exception_ptr(wire_error(
                            "an exception could not be sent: " + describe(error) + ": " +
                            describe(std::current_exception()))));
    }
    send_as(word::kind::error);
}

void rank_loop::send_as(word::kind what) {
    // Rank 0 lets go of the arguments when it has an answer.
    if (from_ != nullptr) from_->drain();
    word first = now_;
    first.what = what;
    const auto took = os::steady_time() - began_;
    first.busy_ns = static_cast<std::uint64_t>(took / 1ns);
    bool all = false;
    {
        const std::scoped_lock here(session_.mutex);
        answer_.begin(session_.port, 0, first);
        all = answer_.advance(session_.port);
    }
    const os::fd& lifeline = session_.own_lifeline();
    if (now_.ring != 0 || took > rings_after) ring(lifeline);
    const auto gone = [&] {
        const std::scoped_lock here(session_.mutex);
        return answer_.advance(session_.port);
    };
    while (!all && !(all = os::spin_until(gone))) {
        if (lifeline && !hear(lifeline)) return answer_.forget();
        os::sleep_for(50us);
    }
}

// ---- stopping

bool rank_loop::stop_requested() noexcept {
    if (now_.number == 0) return false;
    const std::scoped_lock here(session_.mutex);
    take_words();
    return quit_ || stops_.contains(now_.number);
}

std::stop_token rank_loop::stop_token() {
    const std::scoped_lock here(stop_mutex_);
    if (!watcher_)
        watcher_.start_or_throw("the thread that hears of cancelled calls", "stops",
                                &rank_loop::watch_stops, this);
    watched_ = true;
    stop_source_.emplace();
    stop_number_ = now_.number;
    watching_.store(1, std::memory_order_release);
    os::futex_wake(watching_);
    return stop_source_->get_token();
}

void rank_loop::watch_stops(void* self) noexcept {
    auto& me = *static_cast<rank_loop*>(self);
    for (;;) {
        const std::uint32_t watching = me.watching_.load(std::memory_order_acquire);
        if (watching == 2) return;
        if (watching == 0) {
            os::futex_wait(me.watching_, 0);
            continue;
        }
        std::optional<std::stop_source> source;
        std::uint64_t number = 0;
        {
            const std::scoped_lock here(me.stop_mutex_);
            source = me.stop_source_;
            number = me.stop_number_;
        }
        bool stopped = false;
        {
            const std::scoped_lock here(me.session_.mutex);
            me.take_words();
            stopped = me.quit_ || me.stops_.contains(number);
        }
        if (stopped && source) source->request_stop();
        os::futex_wait(me.watching_, 1, os::steady_time() + nap_min);
    }
}

}  // namespace troika::impl
