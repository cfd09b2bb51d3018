// SPDX-License-Identifier: MIT
#include "mpi/mpi_engine.hpp"

#include <troika/core/errors.hpp>

#include "inspect/registry_format.hpp"
#include "mpi/lifeline.hpp"
#include "os/clock.hpp"
#include "os/error.hpp"
#include "os/spin.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <thread>
#include <utility>

// The engine's thread, and the workers' lives.

namespace troika::impl {

namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t bell_name = 0;   // as rank 0 has no lifeline
constexpr auto nap_min = 1ms;
constexpr auto nap_max = 64ms;
/// Who waits for a result takes all that come; the thread looks after that whether anybody does.
constexpr auto between_helpers = 250us;
constexpr int helped_max = 8;
/// What a rank has sent before it ended is there by then.
constexpr int last_looks = 5;

}  // namespace

mpi_engine::mpi_engine(const mpi_pool::options& o, std::unique_ptr<preparation> prepare)
    : session_(mpi_session::instance()), name_(o.name), prepare_(std::move(prepare)),
      posted_(word::bytes_max) {
    if (!session_.take())
        throw std::logic_error("there is an mpi_pool already: one at a time has the ranks");
    try {
        for (mpi_session::member& each : session_.ranks)
            if (each.info.rank != 0 && workers_.size() < o.workers)
                workers_.push_back(std::make_unique<rank_worker>(each));
        os::or_throw(watched_.add(bell_.descriptor(), bell_name), "watch an event");
        for (const auto& each : workers_) {
            each->ready = prepare_ == nullptr;
            takers_.update(*each);
            if (each->member.lifeline && !each->lost())
                os::or_throw(watched_.add(each->member.lifeline.get(),
                                          static_cast<std::uint64_t>(each->rank())),
                             "watch a rank's connection");
        }
        listing_data what;
        what.kind = listed::process_pool;
        what.gauges[0] = reinterpret_cast<std::uintptr_t>(&calls_);
        listing_.add(what, name_.c_str());
        {
            const std::scoped_lock here(session_.mutex);
            session_.port.receive(mpi_port::tag::word, posted_, next_);
        }
        if (prepare_) prepare_all();
        thread_.start_or_throw("the thread of an mpi_pool", name_, &mpi_engine::thread_main, this);
    } catch (...) {
        {
            const std::scoped_lock here(session_.mutex);
            static_cast<void>(next_.take_back());
            for (const auto& each : workers_) {
                each->forget_messages();
                takers_.remove(*each);
            }
        }
        session_.give_back();
        throw;
    }
}

mpi_engine::~mpi_engine() {
    for (const auto& each : workers_) takers_.remove(*each);
    session_.give_back();
}

void mpi_engine::prepare_all() {
    for (const auto& each : workers_) {
        if (each->lost()) continue;
        rank_worker::sending& message = each->add_preparation();
        message.message.message().put(prepare_->entry());
        prepare_->write(message.message.message());
        const std::scoped_lock here(session_.mutex);
        each->composed(message);
        static_cast<void>(send_to(*each));
        ring(each->member.lifeline);
    }
}

void mpi_engine::thread_main(void* self) noexcept { static_cast<mpi_engine*>(self)->serve(); }

void mpi_engine::serve() noexcept {
    time_point active = os::steady_time();
    std::uint64_t seen = 0;
    int helped_times = 0;
    while (!finished_.load(std::memory_order_acquire)) {
        bool any = false;
        const std::uint64_t helps = helps_.load(std::memory_order_relaxed);
        const bool helped = std::exchange(seen, helps) != helps ||
                            helpers_.load(std::memory_order_relaxed) != 0;
        if (!helped && !receiving_.exchange(true, std::memory_order_acquire)) {
            const auto there = [&] {
                return receive() || helps_.load(std::memory_order_relaxed) != helps ||
                       finished_.load();
            };
            any = calls_are_short() ? os::spin_until(there) : there();
            receiving_.store(false, std::memory_order_release);
        }
        const time_point now = os::steady_time();
        if (any) active = now;
        if (any && !helped) continue;
        std::array<std::uint64_t, 64> names;
        helped_times = helped ? helped_times + 1 : 0;
        const std::size_t count = watched_.wait(names, patience(now - active, helped_times));
        asleep_.store(false, std::memory_order_relaxed);
        for (std::size_t i = 0; i < count; ++i) {
            if (names[i] == bell_name)
                static_cast<void>(bell_.drain());
            else
                listen_to(names[i]);
        }
        if (count != 0) active = os::steady_time();
    }
}

std::chrono::nanoseconds mpi_engine::patience(duration idle, int helped) noexcept {
    const std::scoped_lock here(session_.mutex);
    bool in_flight = false;
    bool all_ring = true;
    for (const auto& each : workers_) {
        if (each->lost() || (each->in_flight == 0 && each->ready)) continue;
        in_flight = true;
        if (!each->member.lifeline) all_ring = false;
    }
    // MPI has nothing to sleep on: what it is sending has to be looked after.
    if (!senders_.empty()) return std::clamp<std::chrono::nanoseconds>(idle / 10, 20us, nap_min);
    if (in_flight && helped != 0) return std::min(helped, helped_max) * between_helpers;
    if (in_flight && !all_ring) return nap_min;
    if (in_flight) return std::clamp<std::chrono::nanoseconds>(idle / 10, nap_min, nap_max);
    // Somebody makes one call after the other, and takes the answers.
    if (helped != 0) return nap_min;
    // From now on who sends says in the call that its answer shall ring.
    asleep_.store(true, std::memory_order_relaxed);
    return os::watch_list::forever;
}

void mpi_engine::wake() noexcept {
    bell_.signal();
}

void mpi_engine::stop_thread() noexcept {
    finished_.store(true, std::memory_order_release);
    wake();
    if (thread_) thread_.join();
}

void mpi_engine::listen_to(std::uint64_t rank) noexcept {
    rank_worker& which = *workers_[static_cast<std::size_t>(rank) - 1];
    if (which.lost() || hear(which.member.lifeline)) return;
    watched_.remove(which.member.lifeline.get());
    bury(which);
}

void mpi_engine::bury(rank_worker& which) noexcept {
    // What it has sent before counts.
    for (int look = 0; look < last_looks; ++look) {
        while (receiving_.exchange(true, std::memory_order_acquire)) std::this_thread::yield();
        while (receive()) look = 0;
        receiving_.store(false, std::memory_order_release);
        os::sleep_for(1ms);
    }
    std::vector<remote_call*> failed;
    bool any_left = false;
    {
        const std::scoped_lock here(session_.mutex);
        which.member.info.lost = true;
        takers_.remove(which);
        const std::vector<remote_call*> had = which.calls();
        for (std::size_t i = had.size(); i-- > 0;) {
            remote_call& call = *had[i];
            if (which.is_composing(call)) continue;   // who does sees what has happened
            which.remove(call);   // nobody gives it another
            // It makes one call after the other: only the first can have begun.
            if (i == 0 || call.stopping_ || call.pinned_) {
                failed.push_back(&call);
            } else {
                call.waits_ = true;
                pending_.push_front(call);
            }
        }
        which.forget_messages();
        for (const auto& each : workers_) {
            if (each->lost()) continue;
            // What it should have passed on; and those who wait to pass on to it.
            for (remote_call* const call : each->calls_by_way_of(which.rank())) {
                take_back(*each, *call);
                failed.push_back(call);
            }
            tell(*each, word::kind::lost, static_cast<std::uint64_t>(which.rank()));
        }
        for (const auto& each : workers_) any_left = any_left || !each->lost();
    }
    const std::exception_ptr died = why_lost(which);
    for (remote_call* const each : failed)
        finish(*each, each->stopping_ ? make_cancelled() : died);
    if (!any_left)
        break_pool(std::make_exception_ptr(
            broken_pool("no rank is left to make calls", died)));
    else
        dispatch();
}

}  // namespace troika::impl
