// SPDX-License-Identifier: MIT
// The engine's own thread: the lives of the workers.
#include "proc/process_engine.hpp"

#include <troika/core/errors.hpp>
#include <troika/proc/worker_died.hpp>

#include "inspect/registry.hpp"
#include "inspect/trace_variable.hpp"
#include "os/clock.hpp"
#include "os/error.hpp"
#include "os/process.hpp"
#include "proc/worker_start.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <utility>

namespace troika::impl {

namespace {

using sending_state = remote_worker::sending_state;

/// How many workers may die before they have begun a call, until that is the call's fault.
constexpr std::uint32_t tries_max = 3;
/// How often workers may die before they are ready, one after the other. Those that are killed are
/// so by somebody else, which may pass.
constexpr std::size_t failed_starts_max = 3;
constexpr std::size_t killed_starts_max = 100;
/// When a worker that could not be started is tried again.
constexpr duration start_again_after = std::chrono::milliseconds(100);

enum event_kind : std::uint64_t { engine_rang, worker_rang, worker_ended };
constexpr std::uint64_t event_data(event_kind kind, std::size_t index) {
    return index << 2 | kind;
}

}  // namespace

process_engine::process_engine(const process_pool::options& o,
                               std::unique_ptr<preparation> prepare)
    : options_(o), prepare_(std::move(prepare)) {
    obey_trace_variable();
    os::or_throw(watched_.add(bell_.descriptor(), event_data(engine_rang, 0)),
                 "watch the bell of a process pool");
    listing_data what;
    what.kind = listed::process_pool;
    what.gauges[0] = reinterpret_cast<std::uintptr_t>(&calls_);
    listing_.add(what, "");
    thread_.start_or_throw("the thread that takes care of worker processes", options_.name,
                           &process_engine::thread_main, this);
}

process_engine::~process_engine() = default;

void process_engine::wake() noexcept {
    if (!rung_.exchange(true, std::memory_order_acq_rel)) bell_.signal();
}

void process_engine::thread_main(void* self) noexcept {
    static_cast<process_engine*>(self)->serve();
}

void process_engine::serve() noexcept {
    std::array<std::uint64_t, 64> readable;
    for (;;) {
        const time_point until = next_deadline();
        const duration length =
            until == never ? os::watch_list::forever
                           : std::max(until - os::steady_time(), duration{});
        const std::size_t count = watched_.wait(readable, length);
        for (std::size_t i = 0; i < count; ++i) take_note(readable[i]);
        // In this order: who rings in between finds it rung, and what it wants is done below.
        bell_.drain();
        rung_.exchange(false, std::memory_order_acq_rel);
        bury_all();
        run_timers(os::steady_time());
        start_workers();
        dispatch();
        if (all_gone()) return;
    }
}

void process_engine::take_note(std::uint64_t data) noexcept {
    worker_ptr of;
    {
        const std::scoped_lock here(mutex_);
        for (const worker_ptr& one : workers_)
            if (one->index == data >> 2) of = one;
    }
    if (!of) return;
    switch (data & 3) {
        case worker_rang:
            of->bell.drain();
            receive_on_thread(of);
            go_on_sending(of);
            break;
        case worker_ended:
            if (!of->reaped && os::reap(of->process.get(), of->end) != -EAGAIN) {
                watched_.remove(of->process.get());
                const std::scoped_lock here(mutex_);
                of->reaped = true;
                of->dead = true;
            }
            break;
        default: break;
    }
}

bool process_engine::all_gone() noexcept {
    const std::scoped_lock here(mutex_);
    const bool over = ending_.load(std::memory_order_seq_cst) &&
                      calls_.load(std::memory_order_seq_cst) == 0;
    if (over) wanted_ = 0;
    // A worker that has had its calls goes once it has ended them, and all go in the end.
    for (const worker_ptr& one : workers_)
        if (!one->quitting && (over || (one->retired && one->in_flight == 0))) quit(*one);
    return over && workers_.empty();
}

void process_engine::quit(remote_worker& of) noexcept {
    of.ask_to_quit();
    of.next_signal = SIGTERM;
    of.next_step = deadline_after(os::steady_time(), options_.terminate_after);
}

// ---- births

void process_engine::start_workers() noexcept {
    for (;;) {
        {
            const std::scoped_lock here(mutex_);
            if (wanted_ == 0 || broken_ || os::steady_time() < next_start_) return;
        }
        std::exception_ptr error;
        try {
            start_worker();
        } catch (...) {
            error = std::current_exception();
        }
        bool alone = false;
        {
            const std::scoped_lock here(mutex_);
            alone = workers_.empty();
            // With others at work it stays wanted, and is tried again after a while.
            if (!error || alone)
                --wanted_;
            else
                next_start_ = deadline_after(os::steady_time(), start_again_after);
        }
        if (error && alone) refuse_pending(error);
        if (error) return;
    }
}

void process_engine::start_worker() {
    const auto made = std::make_shared<remote_worker>(next_index_++, options_.ring_bytes);
    made->compose(*prepare_);   // what that throws, before there is a process
    made->sending = sending_state::active;
    impl::start_worker(*made);
    try {
        constexpr const char* what = "watch a worker";
        os::or_throw(watched_.add(made->bell.descriptor(), event_data(worker_rang, made->index),
                                  os::watch_list::report::each_time),
                     what);
        os::or_throw(watched_.add(made->process.get(), event_data(worker_ended, made->index)),
                     what);
        const std::scoped_lock here(mutex_);
        workers_.push_back(made);
        ++started_;
        listing_data process;
        process.kind = listed::process;
        process.parent = listing_.number();
        process.id = made->pid;
        process.gauges[0] = reinterpret_cast<std::uintptr_t>(&made->in_flight);
        made->listed_as.add(process, "");
    } catch (...) {
        end_at_once(made->process.get());
        throw;
    }
    transmit(made);
    receive_on_thread(made);   // the bell rings from now on
}

void process_engine::prepared(remote_worker& which, remote_worker::answer& what) noexcept {
    memory_source source({what.bytes.get(), what.total});
    wire_reader reader(source, what.total);
    reader.set_origin(which.place);
    if (what.is_error) {
        break_pool("the initializer threw in a worker", error_in(reader));
        const std::scoped_lock here(mutex_);
        quit(which);
        return;
    }
    const std::scoped_lock here(mutex_);
    failed_starts_ = 0;
    killed_starts_ = 0;
    if (!which.quitting) which.ready = true;
}

void process_engine::break_pool(const char* what, const std::exception_ptr& why) noexcept {
    const auto reason = std::make_exception_ptr(broken_pool(what, why));
    {
        const std::scoped_lock here(mutex_);
        broken_ = reason;
        wanted_ = 0;
    }
    refuse_pending(reason);
}

void process_engine::refuse_pending(const std::exception_ptr& why) noexcept {
    std::vector<remote_call*> refused;
    {
        const std::scoped_lock here(mutex_);
        while (!pending_.empty()) {
            refused.push_back(&pending_.pop_front());
            refused.back()->waits_ = false;
        }
    }
    for (remote_call* const one : refused) finish(*one, why);
}

// ---- deaths

void process_engine::bury_all() noexcept {
    std::vector<worker_ptr> dead;
    {
        const std::scoped_lock here(mutex_);
        for (const worker_ptr& one : workers_)
            if (one->dead && one->sending != sending_state::active) dead.push_back(one);
    }
    for (const worker_ptr& one : dead) bury(one);
}

void process_engine::bury(const worker_ptr& of) noexcept {
    of->kick();                         // who helps with its calls goes
    if (!of->try_receive()) return;     // and then wakes this thread
    receive(of);                        // what it has still done
    std::vector<std::pair<remote_call*, bool>> lost;   // and whether it was cancelled
    bool early = false;
    {
        const std::scoped_lock here(mutex_);
        for (std::size_t i = of->slots.size(); i > 0; --i) {
            remote_call* const call = of->slots[i - 1].call;
            if (call == nullptr) continue;
            const bool stopping = call->stopping_;
            if (of->withdraw(*call)) {
                put_first(*call);
            } else {
                of->remove(*call);
                lost.emplace_back(call, stopping);
            }
        }
        // Each death that takes a call with it is a step forward; the others are counted.
        if (lost.empty() && !pending_.empty() && of->given > 0 &&
            ++pending_.front().tries_ >= tries_max) {
            lost.emplace_back(&pending_.front(), false);
            take_from_pending(pending_.front());
        }
        watched_.remove(of->bell.descriptor());
        std::erase(workers_, of);
        if (!of->ready && !of->quitting) {
            const bool was_killed = of->end.signal == SIGKILL;
            early = ++(was_killed ? killed_starts_ : failed_starts_) >=
                    (was_killed ? killed_starts_max : failed_starts_max);
        }
        if (!of->quitting) ++died_;
        if (!pending_.empty() && workers_.empty() && wanted_ == 0) wanted_ = 1;
    }
    const char* const detail = of->killed ? "it wrote into the pool's memory" : "";
    const auto died = [&] {   // one for each, which then is nobody else's
        return std::make_exception_ptr(
            worker_died(of->index, of->pid, of->end.exit_code(), detail));
    };
    for (const auto& [call, cancelled] : lost)
        finish(*call, cancelled ? make_cancelled() : died());
    if (early) break_pool("workers end before they are ready", died());
}

void process_engine::run_timers(time_point now) noexcept {
    const std::scoped_lock here(mutex_);
    for (const worker_ptr& one : workers_) {
        if (one->next_step > now || one->dead) continue;
        os::signal_process(one->process.get(), one->next_signal);
        const bool last = std::exchange(one->next_signal, SIGKILL) == SIGKILL;
        one->next_step = last ? never : deadline_after(now, options_.kill_after);
    }
}

time_point process_engine::next_deadline() const noexcept {
    const std::scoped_lock here(mutex_);
    time_point first = never;
    for (const worker_ptr& one : workers_) first = std::min(first, one->next_step);
    if (wanted_ != 0 && !broken_) first = std::min(first, next_start_);
    return first;
}

}  // namespace troika::impl
