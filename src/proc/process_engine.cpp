// SPDX-License-Identifier: MIT
#include "proc/process_engine.hpp"

#include <troika/core/errors.hpp>

#include "inspect/process_trace.hpp"
#include "os/clock.hpp"
#include "os/process.hpp"

#include <algorithm>
#include <csignal>
#include <stdexcept>
#include <thread>
#include <utility>

namespace troika::impl {

namespace {

using sending_state = remote_worker::sending_state;

/// A whole result, and the descriptors that came with it.
class answer_source final : public wire_source {
public:
    answer_source(std::span<const std::byte> message, attachment_receiver& attachments) noexcept
        : message_(message), attachments_(attachments) {}

    std::span<const std::byte> more() override { return std::exchange(message_, {}); }
    received_attachment& attachment(std::uint64_t id) override {
        received_attachment* const found = attachments_.find(id);
        return found != nullptr ? *found : wire_source::attachment(id);
    }

private:
    std::span<const std::byte> message_;
    attachment_receiver& attachments_;
};

}  // namespace

// ---- calls

void process_engine::require_open() const {
    const std::scoped_lock here(mutex_);
    if (const std::exception_ptr why = refusal()) std::rethrow_exception(why);
}

std::exception_ptr process_engine::refusal() const noexcept {
    if (broken_ || !closed_) return broken_;
    return std::make_exception_ptr(
        std::runtime_error("a process pool takes no calls after shutdown()"));
}

void process_engine::submit(remote_call& call) noexcept {
    calls_.fetch_add(1, std::memory_order_relaxed);
    std::exception_ptr refused;
    assignment first;
    {
        const std::scoped_lock here(mutex_);
        refused = refusal();
        if (!refused) {
            keep(call);
            call.waits_ = true;
            pending_.push_back(call);
            first = assign();
        }
    }
    if (refused)
        finish(call, refused);
    else if (carry_out(first))
        dispatch();
}

void process_engine::dispatch() noexcept {
    for (bool more = true; more;) {
        assignment next;
        {
            const std::scoped_lock here(mutex_);
            next = assign();
        }
        more = carry_out(next);
    }
}

process_engine::assignment process_engine::assign() noexcept {
    assignment made;
    if (pending_.empty()) return made;
    const worker_ptr* to = nullptr;
    for (const worker_ptr& one : workers_)
        if (one->can_take(one->ahead_max()) && (!to || one->in_flight < (*to)->in_flight))
            to = &one;
    // No worker is idle, and there may be more.
    if (!to || (*to)->in_flight > 0) {
        std::size_t starting = wanted_;
        std::size_t alive = wanted_;
        for (const worker_ptr& one : workers_) {
            if (!one->ready) ++starting;
            if (!one->retired) ++alive;
        }
        if (alive < options_.workers && starting == 0) {
            ++wanted_;
            made.start = true;
        }
    }
    if (!to) return made;
    made.to = *to;
    made.call = &pending_.pop_front();
    made.call->waits_ = false;
    made.to->add(*made.call);
    if (made.to->given >= options_.calls_per_worker_max) made.to->retired = true;
    return made;
}

bool process_engine::carry_out(const assignment& what) noexcept {
    if (what.start) wake();
    if (!what.to) return false;
    try {
        what.to->compose(*what.call);
    } catch (...) {
        {
            const std::scoped_lock here(mutex_);
            what.to->remove(*what.call);
            what.to->sending = sending_state::idle;
        }
        finish(*what.call, std::current_exception());
        return true;
    }
    if (trace_hooks* const watcher = process_trace::instance().hooks()) [[unlikely]]
        watcher->on_call_sent(what.to->pid, what.to->sending_number);
    return transmit(what.to);
}

bool process_engine::transmit(const worker_ptr& to) noexcept {
    for (;;) {
        const bool waiting = to->send() == remote_worker::progress::waiting;
        const std::scoped_lock here(mutex_);
        if (waiting && !to->dead && std::exchange(to->rung, false)) continue;
        to->sending = waiting ? sending_state::parked : sending_state::idle;
        if (to->dead) wake();   // its burial has waited for us
        return !pending_.empty();
    }
}

void process_engine::go_on_sending(const worker_ptr& to) noexcept {
    {
        const std::scoped_lock here(mutex_);
        if (to->sending == sending_state::active) to->rung = true;
        if (to->sending != sending_state::parked || to->dead) return;
        to->sending = sending_state::active;
    }
    transmit(to);
}

bool process_engine::cancel(remote_call& call) noexcept {
    for (;;) {
        {
            const std::scoped_lock here(mutex_);
            remote_worker* const at = call.worker_;
            if (at == nullptr) {
                if (!call.waits_) return false;   // it is being completed
                take_from_pending(call);
                break;
            }
            if (at->sending != sending_state::active) {
                const bool unsent = at->sends(call);
                if (!at->withdraw(call)) {
                    ask_to_stop(*at, call);
                    return false;
                }
                if (unsent) at->sending = sending_state::idle;
                at->kick();
                break;
            }
        }
        std::this_thread::yield();   // it, or another, is being sent at this moment
    }
    finish(call, make_cancelled());
    dispatch();
    return true;
}

void process_engine::ask_to_stop(remote_worker& at, remote_call& call) noexcept {
    if (std::exchange(call.stopping_, true)) return;
    at.ask_to_stop(call.number_);
    at.stopping = call.number_;
    at.next_signal = SIGTERM;
    at.next_step = deadline_after(os::steady_time(), options_.terminate_after);
    wake();
}

void process_engine::help(remote_call& call, const future_core& core) noexcept {
    worker_ptr at;
    {
        const std::scoped_lock here(mutex_);
        for (const worker_ptr& one : workers_)
            if (one.get() == call.worker_) at = one;
    }
    if (!at || !at->try_receive()) return;
    const auto is_there = [&] {
        if (core.done()) return false;
        const std::scoped_lock here(mutex_);
        return call.worker_ == at.get() && !at->dead;
    };
    while (!core.done() && (receive(at) || is_there())) {
        if (core.done() || at->spin() || !at->announce_sleep()) continue;
        // Whoever takes the call away, or buries the worker, says so before kick().
        if (is_there())
            at->sleep();
        else
            at->stay_awake();
    }
    stop_receiving(at);
}

void process_engine::receive_on_thread(const worker_ptr& from) noexcept {
    if (from->try_receive()) stop_receiving(from);
}

void process_engine::stop_receiving(const worker_ptr& from) noexcept {
    do {
        while (receive(from) || !from->sleep_on_bell()) {
            if (from->corrupt()) break;
        }
    } while (!from->end_receive());
    const std::scoped_lock here(mutex_);
    if (from->dead) wake();
}

bool process_engine::receive(const worker_ptr& from) noexcept {
    bool any = false;
    while (remote_worker::answer* const next = from->take()) {
        any = true;
        complete(*from, *next);
    }
    if (from->corrupt()) {
        const std::scoped_lock here(mutex_);
        if (!std::exchange(from->killed, true)) os::signal_process(from->process.get(), SIGKILL);
        return false;
    }
    if (any) {
        if (fetch_for_idle()) dispatch();
    }
    return any;
}

void process_engine::complete(remote_worker& from, remote_worker::answer& what) noexcept {
    if (what.number == 0) {   // once, before all others
        if (std::exchange(from.answered, true))
            from.call_corrupt();
        else
            prepared(from, what);
        return;
    }
    remote_call* call = nullptr;
    for (;; std::this_thread::yield()) {
        const std::scoped_lock here(mutex_);
        call = from.find(what.slot, what.number);
        const bool is_sent = call == nullptr || !from.sends(*call);
        if (!is_sent && from.sending == sending_state::active)
            continue;   // all of it, or we would not be here; who sends is about to say so
        if (call == nullptr || !is_sent) {
            from.call_corrupt();   // nobody has asked that yet
            return;
        }
        from.remove(*call, what.is_error);
        if (from.retired && from.in_flight == 0) wake();   // it can go
        from.learn(what.busy_ns);
        ++completed_;
        break;
    }
    answer_source source({what.bytes.get(), what.total}, from.attachments_of(what));
    wire_reader reader(source, what.total);
    let_go(*call);
    reader.set_origin(from.place);
    end_with(*call, reader, what.is_error);
    what.shrink();
    from.end_of_attachments(what);
    one_less();
}

void process_engine::finish(remote_call& call, std::exception_ptr error) noexcept {
    let_go(call);
    call.fail(std::move(error));
    one_less();
}

void process_engine::one_less() noexcept {
    // Sequentially consistent, against end(), which says that it waits and then looks.
    if (calls_.fetch_sub(1, std::memory_order_seq_cst) != 1 ||
        !ending_.load(std::memory_order_seq_cst)) [[likely]]
        return;
    const std::scoped_lock here(mutex_);
    idle_.notify_all();
    wake();
}

bool process_engine::fetch_for_idle() noexcept {
    const std::scoped_lock here(mutex_);
    if (!pending_.empty()) return true;
    const auto idle = std::ranges::find_if(
        workers_, [](const worker_ptr& w) { return w->in_flight == 0 && w->can_take(1); });
    if (idle == workers_.end()) return false;
    remote_worker* busiest = nullptr;
    for (const worker_ptr& one : workers_)
        if (one->in_flight >= 2 && one->sending == sending_state::idle &&
            (busiest == nullptr || one->in_flight > busiest->in_flight))
            busiest = one.get();
    if (busiest == nullptr) return false;
    remote_call* newest = nullptr;
    for (const remote_worker::entry& one : busiest->slots)
        if (one.call != nullptr && (newest == nullptr || one.number > newest->number_))
            newest = one.call;
    if (newest == nullptr || newest->stopping_ || !busiest->withdraw(*newest)) return false;
    put_first(*newest);
    busiest->kick();
    return true;
}

void process_engine::put_first(remote_call& call) noexcept {
    call.waits_ = true;
    pending_.push_front(call);
}

void process_engine::take_from_pending(remote_call& call) noexcept {
    call.waits_ = false;
    intrusive_list<remote_call>::remove(call);
}

// ---- the end

void process_engine::close() noexcept {
    const std::scoped_lock here(mutex_);
    closed_ = true;
}

void process_engine::cancel_pending() noexcept {
    std::vector<remote_call*> refused;
    for (bool again = true; std::exchange(again, false); std::this_thread::yield()) {
        const std::scoped_lock here(mutex_);
        while (!pending_.empty()) {
            refused.push_back(&pending_.pop_front());
            refused.back()->waits_ = false;
        }
        for (const worker_ptr& one : workers_) {
            if (one->sending == sending_state::active) {
                again = true;   // something is being sent at this moment
                continue;
            }
            for (const remote_worker::entry& given : one->slots) {
                remote_call* const call = given.call;
                if (call == nullptr) continue;
                const bool unsent = one->sends(*call);
                if (!one->withdraw(*call)) continue;
                if (unsent) one->sending = sending_state::idle;
                refused.push_back(call);
            }
            one->kick();
        }
    }
    for (remote_call* const one : refused) finish(*one, make_cancelled());
}

void process_engine::end() noexcept {
    {
        std::unique_lock here(mutex_);
        ending_.store(true, std::memory_order_seq_cst);
        wake();
        idle_.wait(here, [&] { return calls_.load(std::memory_order_seq_cst) == 0; });
    }
    thread_.join();
    // Who helps with a call that is done looks at it no more, but has not said so yet.
    wait_until_unused();
}

process_pool::statistics process_engine::stats() const noexcept {
    const std::scoped_lock here(mutex_);
    process_pool::statistics now;
    for (const worker_ptr& one : workers_) {
        ++now.workers;
        now.running += one->in_flight;
    }
    const std::size_t calls = calls_.load(std::memory_order_relaxed);
    now.queued = calls - std::min(calls, now.running);
    now.completed = completed_;
    now.started = started_;
    now.died = died_;
    return now;
}

std::vector<int> process_engine::pids() const {
    std::vector<int> numbers;
    const std::scoped_lock here(mutex_);
    for (const worker_ptr& one : workers_)
        if (!one->reaped) numbers.push_back(one->pid);
    return numbers;
}

}  // namespace troika::impl
