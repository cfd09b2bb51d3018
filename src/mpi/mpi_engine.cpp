// SPDX-License-Identifier: MIT
#include "mpi/mpi_engine.hpp"

#include <troika/core/errors.hpp>

#include "mpi/lifeline.hpp"
#include "os/clock.hpp"
#include "os/cpu.hpp"
#include "os/spin.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <thread>
#include <utility>

namespace troika::impl {

namespace {

using namespace std::chrono_literals;

constexpr auto help_patience = 100us;
constexpr int looks_per_clock = 8;
constexpr int looks_per_lock = 4;
constexpr int helpers_max = 2;
/// A worker that has had nothing to do for longer may be asleep.
constexpr auto doze_after = 30us;

}  // namespace

// ---- calls

void mpi_engine::require_open() const {
    const std::scoped_lock here(session_.mutex);
    if (const std::exception_ptr why = refusal()) std::rethrow_exception(why);
}

std::exception_ptr mpi_engine::refusal() const noexcept {
    if (broken_ || !closed_) return broken_;
    return std::make_exception_ptr(
        std::runtime_error("an mpi_pool takes no calls after shutdown()"));
}

void mpi_engine::submit(remote_call& call) noexcept {
    calls_.fetch_add(1, std::memory_order_relaxed);
    std::exception_ptr refused;
    gift next;
    {
        const std::scoped_lock here(session_.mutex);
        refused = refusal();
        if (!refused) {
            keep(call);
            call.waits_ = true;
            pending_.push_back(call);
            next = next_gift();
        }
    }
    if (refused)
        finish(call, refused);
    else
        give(next);
}

mpi_engine::gift mpi_engine::next_gift() noexcept {
    if (pending_.empty()) return {};
    rank_worker* const to = takers_.find();
    if (to == nullptr) return {};
    remote_call& call = pending_.pop_front();
    call.waits_ = false;
    // When its last answer came says little of when it was sent where ranks share processors.
    const bool dozes = to->in_flight == 0 && (!calls_are_short() ||
                                              os::steady_time() - to->idle_since > doze_after);
    const bool ring = asleep_.load(std::memory_order_relaxed) || !calls_are_short();
    rank_worker::sending& message = to->add(call, ring);
    takers_.update(*to);
    return {&call, to, &message, dozes};
}

void mpi_engine::take_back(rank_worker& from, remote_call& call) noexcept {
    from.remove(call);
    takers_.update(from);
}

void mpi_engine::dispatch() noexcept {
    gift next;
    {
        const std::scoped_lock here(session_.mutex);
        next = next_gift();
    }
    give(next);
}

void mpi_engine::give(gift next) noexcept {
    while (next.call != nullptr) {
        const gift now = next;
        std::exception_ptr error;
        bool needs_care = false;
        try {
            compose(*now.call, now.message->message.message());
        } catch (...) {
            error = std::current_exception();
        }
        {
            const std::scoped_lock here(session_.mutex);
            if (!error && !now.to->lost()) {
                now.to->composed(*now.message);
                needs_care = send_to(*now.to) || !now.to->member.lifeline;
            } else {
                now.to->drop(*now.message);
                take_back(*now.to, *now.call);
                // Who has buried the worker has left this one to us.
                if (!error) error = broken_;
                if (!error) {
                    now.call->waits_ = true;
                    pending_.push_front(*now.call);
                }
            }
            next = next_gift();
        }
        if (error) {
            finish(*now.call, error);
            continue;
        }
        if (now.dozes) ring(now.to->member.lifeline);
        if (needs_care) wake();
    }
}

bool mpi_engine::send_to(rank_worker& whom) {
    const bool more = whom.advance(session_.port);
    if (more && !std::exchange(whom.sends, true)) senders_.push_back(&whom);
    return more;
}

void mpi_engine::tell(rank_worker& whom, word::kind what, std::uint64_t number) {
    whom.tell(session_.port, what, number);
    static_cast<void>(send_to(whom));
}

void mpi_engine::broadcast(const std::vector<remote_call*>& calls) noexcept {
    calls_.fetch_add(calls.size(), std::memory_order_relaxed);
    const auto list = std::make_shared<rank_worker::broadcast_list>();
    std::exception_ptr refused;
    std::vector<remote_call*> lost;
    {
        const std::scoped_lock here(session_.mutex);
        refused = refusal();
        for (std::size_t i = 0; i < calls.size() && !refused; ++i) {
            keep(*calls[i]);
            if (workers_[i]->lost())
                lost.push_back(calls[i]);
            else
                list->push_back(workers_[i]->reserve(*calls[i], list));
            takers_.update(*workers_[i]);
        }
    }
    if (refused) {
        for (remote_call* const each : calls) finish(*each, refused);
        return;
    }
    for (remote_call* const each : lost)
        finish(*each, why_lost(*workers_[static_cast<std::size_t>(
                          std::ranges::find(calls, each) - calls.begin())]));
    for (const auto half : halves_of(*list)) {
        if (half.empty()) continue;
        // Any of them: they have the same arguments, which are there until the last has ended.
        const auto index = static_cast<std::size_t>(half.front().rank) - 1;
        if (const std::exception_ptr error = send_broadcast(*calls[index], half))
            fail_broadcast(half, error);
    }
}

std::exception_ptr mpi_engine::send_broadcast(const remote_call& call,
                                              std::span<const broadcast_target> list) noexcept {
    rank_worker& to = *workers_[static_cast<std::size_t>(list.front().rank) - 1];
    rank_worker::sending* message = nullptr;
    {
        const std::scoped_lock here(session_.mutex);
        if (to.lost()) return why_lost(to);
        message = &to.add_broadcast(list.front());
    }
    std::exception_ptr error;
    try {
        wire_writer& text = message->message.message();
        text.put(static_cast<std::uint64_t>(list.size() - 1));
        for (const broadcast_target& each : list.subspan(1)) text.put(each);
        compose(call, text);
    } catch (...) {
        error = std::current_exception();
    }
    {
        const std::scoped_lock here(session_.mutex);
        if (!error && to.lost()) error = why_lost(to);
        if (error) {
            to.drop(*message);
            return error;
        }
        to.composed(*message);
        static_cast<void>(send_to(to));
    }
    ring(to.member.lifeline);
    wake();
    return nullptr;
}

void mpi_engine::fail_broadcast(std::span<const broadcast_target> list,
                                const std::exception_ptr& why) noexcept {
    std::vector<remote_call*> failed;
    {
        const std::scoped_lock here(session_.mutex);
        for (const broadcast_target& each : list) {
            rank_worker& of = *workers_[static_cast<std::size_t>(each.rank) - 1];
            remote_call* const call = of.find(each.slot, each.number);
            if (call == nullptr) continue;   // another one has failed it
            take_back(of, *call);
            failed.push_back(call);
        }
    }
    for (remote_call* const each : failed) finish(*each, why);
}

std::exception_ptr mpi_engine::why_lost(const rank_worker& which) {
    const rank_info& was = which.member.info;
    return std::make_exception_ptr(
        worker_died(static_cast<std::size_t>(was.rank), was.pid, was.host,
                    "it has ended, or its host cannot be reached"));
}

void mpi_engine::compose(const remote_call& call, wire_writer& to) {
    to.put(call.entry());
    call.write(to);
    if (!to.attachments().empty())
        throw wire_error("descriptors and shared memory cannot cross to another rank: pass what "
                         "they hold");
}

bool mpi_engine::cancel(remote_call& call) noexcept {
    for (;; std::this_thread::yield()) {
        const std::scoped_lock here(session_.mutex);
        rank_worker* const at = call.holder_;
        if (at == nullptr) {
            if (!call.waits_) return false;   // it is being completed
            call.waits_ = false;
            intrusive_list<remote_call>::remove(call);
            break;
        }
        const rank_worker::withdrawal came_to = at->withdraw(call);
        if (came_to == rank_worker::withdrawal::composing) continue;
        takers_.update(*at);
        if (came_to == rank_worker::withdrawal::done) break;
        if (!std::exchange(call.stopping_, true))
            tell(*at, word::kind::stop, call.number_);
        return false;
    }
    finish(call, make_cancelled());
    dispatch();
    return true;
}

void mpi_engine::help(remote_call&, const future_core& core) noexcept {
    if (!calls_are_short()) return;   // to look for what takes long would only take a processor
    // The engine's thread leaves the role to who helps; a second one may wait for its turn.
    if (helpers_.fetch_add(1, std::memory_order_relaxed) < helpers_max) {
        helps_.fetch_add(1, std::memory_order_relaxed);
        time_point until = never;
        while (!core.done()) {
            bool any = false;
            if (!receiving_.exchange(true, std::memory_order_acquire)) {
                for (int look = 0; look < looks_per_clock && !any && !core.done(); ++look)
                    any = receive();
                receiving_.store(false, std::memory_order_release);
            } else {
                os::pause();
            }
            if (any) {
                until = never;
            } else if (until == never) {
                until = os::steady_time() + help_patience;
            } else if (os::steady_time() >= until) {
                break;
            }
        }
    }
    helpers_.fetch_sub(1, std::memory_order_relaxed);
}

// ---- results

bool mpi_engine::take_arrival() {
    if (!next_.done()) return false;
    std::swap(arrived_.bytes, posted_);
    arrived_.size = next_.bytes();
    arrived_.rank = next_.rank();
    if (posted_.size() < word::bytes_max) posted_.resize(word::bytes_max);
    session_.port.receive(mpi_port::tag::word, posted_, next_);
    return true;
}

void mpi_engine::advance() {
    std::erase_if(senders_, [this](rank_worker* each) {
        each->sends = !each->lost() && each->advance(session_.port);
        return !each->sends;
    });
}

mpi_engine::settled mpi_engine::settle(rank_worker& from, const word& head) noexcept {
    if (from.is_preparation(head.slot, head.number)) {
        from.ready = head.what == word::kind::value;
        takers_.update(from);
        return {nullptr, true, from.ready && !pending_.empty()};
    }
    remote_call* const call = from.find(head.slot, head.number);
    if (call == nullptr) return {};   // of a pool before this one
    from.remove(*call);
    from.learn(head.busy_ns);
    const std::uint64_t average = average_ns_.load(std::memory_order_relaxed);
    average_ns_.store((7 * average + head.busy_ns) / 8, std::memory_order_relaxed);
    if (from.in_flight == 0) from.idle_since = os::steady_time();
    takers_.update(from);
    ++completed_;
    return {call, false, !pending_.empty()};
}

bool mpi_engine::receive() noexcept {
    rank_worker* from = nullptr;
    settled what;
    {
        const std::scoped_lock here(session_.mutex);
        if (!senders_.empty()) advance();
        bool any = take_arrival();
        for (int look = 1; look < looks_per_lock && !any; ++look) any = take_arrival();
        if (!any) return false;
        const auto index = static_cast<std::size_t>(arrived_.rank) - 1;
        if (arrived_.rank < 1 || index >= workers_.size() || arrived_.size < sizeof(word))
            return true;
        from = workers_[index].get();
        word head;
        std::memcpy(&head, arrived_.bytes.data(), sizeof head);
        what = settle(*from, head);
    }
    incoming message(*this, arrived_.rank, std::span(arrived_.bytes).first(arrived_.size));
    complete(what, *from, message);
    if (what.more) dispatch();
    return true;
}

void mpi_engine::complete(const settled& what, rank_worker& from, incoming& message) noexcept {
    const word& head = message.head();
    wire_reader reader(message, message.total());
    reader.set_origin(from.place);
    if (what.preparation) {
        if (head.what == word::kind::error)
            break_pool(std::make_exception_ptr(
                broken_pool("the initializer threw in a worker", error_in(reader))));
        return;
    }
    if (what.call == nullptr) return;
    let_go(*what.call);
    if (head.what == word::kind::withdrawn)
        what.call->fail(make_cancelled());
    else
        end_with(*what.call, reader, head.what == word::kind::error);
    one_less();
}

void mpi_engine::finish(remote_call& call, std::exception_ptr error) noexcept {
    let_go(call);
    call.fail(std::move(error));
    one_less();
}

void mpi_engine::one_less() noexcept {
    // Sequentially consistent, against end(), which says that it waits and then looks.
    if (calls_.fetch_sub(1, std::memory_order_seq_cst) != 1 ||
        !ending_.load(std::memory_order_seq_cst)) [[likely]]
        return;
    const std::scoped_lock here(session_.mutex);
    idle_.notify_all();
}

void mpi_engine::break_pool(const std::exception_ptr& why) noexcept {
    {
        const std::scoped_lock here(session_.mutex);
        if (broken_) return;
        broken_ = why;
    }
    refuse_pending(why);
}

void mpi_engine::refuse_pending(const std::exception_ptr& why) noexcept {
    std::vector<remote_call*> refused;
    {
        const std::scoped_lock here(session_.mutex);
        while (!pending_.empty()) {
            refused.push_back(&pending_.pop_front());
            refused.back()->waits_ = false;
        }
    }
    for (remote_call* const each : refused) finish(*each, why);
}

void mpi_engine::receive_part(int rank, std::span<std::byte> into, mpi_port::transfer& as) {
    const std::scoped_lock here(session_.mutex);
    session_.port.receive_from(rank, mpi_port::tag::part, into, as);
}

bool mpi_engine::wait(int rank, mpi_port::transfer& of) {
    const auto there = [&] {
        const std::scoped_lock here(session_.mutex);
        advance();
        return of.done();
    };
    const rank_worker& from = *workers_[static_cast<std::size_t>(rank) - 1];
    while (!os::spin_until(there)) {
        if (from.member.lifeline && !hear(from.member.lifeline)) return there();
        os::sleep_for(50us);
    }
    return true;
}

// ---- the end

void mpi_engine::close() noexcept {
    const std::scoped_lock here(session_.mutex);
    closed_ = true;
}

void mpi_engine::cancel_pending() noexcept {
    refuse_pending(make_cancelled());
    std::vector<remote_call*> withdrawn;
    for (bool again = true; std::exchange(again, false); std::this_thread::yield()) {
        const std::scoped_lock here(session_.mutex);
        for (const auto& each : workers_) {
            for (remote_call* const call : each->calls()) {
                if (call->stopping_) continue;
                switch (each->withdraw(*call)) {
                    case rank_worker::withdrawal::done: withdrawn.push_back(call); break;
                    case rank_worker::withdrawal::composing: again = true; break;
                    case rank_worker::withdrawal::sent:
                        tell(*each, word::kind::withdraw, call->number_);
                        call->stopping_ = true;
                        break;
                }
            }
        }
    }
    for (remote_call* const each : withdrawn) finish(*each, make_cancelled());
}

void mpi_engine::end() noexcept {
    {
        std::unique_lock here(session_.mutex);
        ending_.store(true, std::memory_order_seq_cst);
        idle_.wait(here, [&] { return calls_.load(std::memory_order_seq_cst) == 0; });
    }
    stop_thread();
    wait_until_unused();
    ended_ = true;
    const std::scoped_lock here(session_.mutex);
    static_cast<void>(next_.take_back());   // what is there by now is of no call
}

std::vector<rank_info> mpi_engine::workers() const {
    const std::scoped_lock here(session_.mutex);
    std::vector<rank_info> all;
    for (const auto& each : workers_) all.push_back(each->member.info);
    return all;
}

mpi_pool::statistics mpi_engine::stats() const noexcept {
    const std::scoped_lock here(session_.mutex);
    mpi_pool::statistics now;
    for (const auto& each : workers_) {
        now.running += each->in_flight;
        if (each->lost()) ++now.lost;
    }
    const std::size_t calls = calls_.load(std::memory_order_relaxed);
    now.queued = calls - std::min(calls, now.running);
    now.completed = completed_;
    return now;
}

}  // namespace troika::impl
