// SPDX-License-Identifier: MIT
#include <troika/pool/pool_worker.hpp>

#include <troika/core/trace.hpp>

#include "os/clock.hpp"
#include "os/cpu.hpp"
#include "os/futex.hpp"
#include "pool/engine.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <typeinfo>
#include <utility>

namespace troika::impl {

namespace {

using theft = work_deque<std::uintptr_t>::theft;

// Every so many picks the oldest work comes first, whatever was pushed last, so that nothing waits
// for ever behind tasks that wake each other.
constexpr std::uint32_t picks_per_oldest = 61;
constexpr std::uint32_t picks_per_injected = 31;
constexpr std::size_t injected_max = 32;      // taken at once

constexpr std::int64_t patience_min_ns = 2'000;
constexpr std::int64_t patience_max_ns = 50'000;   // about what a sleep and a wake cost
constexpr int pauses_per_look = 8;
constexpr int looks_before_search = 200;
constexpr auto look_interval = std::chrono::milliseconds(1);   // of who waits and keeps its place

const void* address_of(pool_item item) noexcept {
    return reinterpret_cast<const void*>(item.bits);
}

std::int64_t now_ns() noexcept { return os::steady_time().time_since_epoch().count(); }

}  // namespace

std::uint64_t pool_worker::next_random() noexcept {
    // xorshift64*. Source: S. Vigna, "An experimental exploration of Marsaglia's xorshift".
    random_ ^= random_ >> 12;
    random_ ^= random_ << 25;
    random_ ^= random_ >> 27;
    return random_ * 0x2545F4914F6CDD1DULL;
}

void pool_worker::push(pool_item item) noexcept {
    if (!deque_.push(item.bits)) [[unlikely]]
        engine_.inject(item);
    std_atomics::light_barrier();
    if (idle_.seems_needed()) [[unlikely]]
        idle_.notify();
}

pool_item pool_worker::take_injected() noexcept {
    if (engine_.injected_.empty()) return {};
    std::array<std::uintptr_t, injected_max> taken;
    std::size_t count = 0;
    // A share of what may be there, so that others find some as well.
    engine_.take_injected(injected_max, [&](std::uintptr_t bits) { taken[count++] = bits; });
    if (count == 0) return {};
    // The oldest on top: what came first is run first.
    while (count > 1) {
        --count;
        if (!deque_.push(taken[count])) engine_.inject(pool_item(taken[count]));
    }
    std_atomics::light_barrier();
    if (idle_.seems_needed() && !deque_.empty()) idle_.notify();
    return pool_item(taken[0]);
}

pool_item pool_worker::take_oldest() noexcept {
    std::uintptr_t bits = 0;
    return deque_.steal(bits) == theft::taken ? pool_item(bits) : pool_item();
}

pool_item pool_worker::rob_someone() noexcept {
    const std::size_t count = engine_.workers_.size();
    std::size_t at = static_cast<std::size_t>(next_random() % count);
    for (std::size_t i = 0; i < count; ++i, at = at + 1 == count ? 0 : at + 1) {
        pool_worker& victim = *engine_.workers_[at];
        if (&victim == this) continue;
        std::uintptr_t bits = 0;
        theft came_to = theft::lost;
        while (came_to == theft::lost) came_to = victim.deque_.steal(bits);
        if (came_to != theft::taken) continue;
        add_one(stolen_);
        if (trace_hooks* const hooks = engine_.hooks()) [[unlikely]]
            hooks->on_steal(index_, victim.index_);
        return pool_item(bits);
    }
    return {};
}

pool_item pool_worker::look_around() noexcept {
    if (const pool_item found = take_injected()) return found;
    return rob_someone();
}

bool pool_worker::work_in_sight() const noexcept {
    if (!engine_.injected_.empty()) return true;
    return std::any_of(engine_.workers_.begin(), engine_.workers_.end(),
                       [](const auto& each) { return !each->deque_.empty(); });
}

pool_item pool_worker::next() noexcept {
    ++picks_;
    engine_.wish_.look();
    if (picks_ % picks_per_oldest == 0)
        if (const pool_item found = take_oldest()) return found;
    if (picks_ % picks_per_injected == 0)
        if (const pool_item found = take_injected()) return found;
    if (const pool_item found{deque_.pop()}) return found;
    if (const pool_item found = look_around()) return found;
    return search();
}

pool_item pool_worker::search() noexcept {
    // While nobody sleeps nobody has to be woken, and so nobody counts who searches: a job that
    // follows another at once is found without that.
    for (int looks = 0; looks < looks_before_search && idle_.sleeping() == 0; ++looks) {
        if (const pool_item found = look_around()) return found;
        os::pause();
    }
    idle_.search_began();
    while (!engine_.finished_.load(std::memory_order_acquire)) {
        const std::int64_t until = now_ns() + patience_ns_;
        do {
            if (const pool_item found = look_around()) {
                idle_.search_ended();
                patience_ns_ = std::min(patience_ns_ * 2, patience_max_ns);
                return found;
            }
            for (int i = 0; i < pauses_per_look; ++i) os::pause();
        } while (now_ns() < until);
        patience_ns_ = std::max(patience_ns_ / 2, patience_min_ns);

        idle_.announce();
        static_cast<void>(std_atomics::heavy_barrier());   // pairs with push() and offer()
        if (work_in_sight()) {
            idle_.retract();
            continue;
        }
        if (engine_.closed_.load(std::memory_order_seq_cst)) {
            engine_.finish_if_idle();
            if (engine_.finished_.load(std::memory_order_acquire)) break;
        }
        add_one(parked_);
        if (trace_hooks* const hooks = engine_.hooks()) [[unlikely]]
            hooks->on_park(index_);
        idle_.sleep();
        if (trace_hooks* const hooks = engine_.hooks()) [[unlikely]]
            hooks->on_wake(index_);
    }
    return {};
}

void pool_worker::run(pool_item item) noexcept {
    add_one(run_);
    switch (item.what()) {
        case pool_item::kind::task:
            engine_.note_time(os::coarse_steady_time());
            engine_.run_task(item.task());
            break;
        case pool_item::kind::job:
            if (engine_.broken_.load(std::memory_order_relaxed)) [[unlikely]]
                item.job().refuse(engine_.why_broken());
            else if (trace_hooks* const hooks = engine_.hooks()) [[unlikely]] {
                pool_job& job = item.job();
                hooks->on_run(index_, address_of(item), typeid(job).name());
                job.run();
                hooks->on_ran(index_);
            } else
                item.job().run();
            break;
        case pool_item::kind::branch:
            if (trace_hooks* const hooks = engine_.hooks()) [[unlikely]] {
                pool_branch& branch = item.branch();
                hooks->on_run(index_, address_of(item), typeid(branch).name());
                branch.run_taken();
                hooks->on_ran(index_);
            } else
                item.branch().run_taken();
            break;
    }
}

void pool_worker::serve() noexcept {
    current_thread.worker = this;
    while (const pool_item item = next()) {
        run(item);
        // Another thread has taken over while this one slept in the middle of it.
        if (current_thread.worker != this) return;
    }
    current_thread.worker = nullptr;
}

bool pool_worker::help(pool_worker& thief) noexcept {
    std::uintptr_t bits = 0;
    if (thief.deque_.steal(bits) != theft::taken) return false;
    add_one(stolen_);
    const pool_item item(bits);
    // Only what belongs to the branch that is waited for: anything else might wait for us.
    if (item.what() != pool_item::kind::branch) {
        push(item);
        return false;
    }
    run_beside(item);
    return true;
}

bool pool_worker::go_on_with_own() noexcept {
    const pool_item item(deque_.pop());
    if (!item) return false;
    // What lies here was offered by the work below this wait, which cannot end without it: the
    // order does not matter. Anything else might wait for us.
    if (item.what() != pool_item::kind::branch) {
        push(item);
        return false;
    }
    run_beside(item);
    return true;
}

void pool_worker::run_beside(pool_item item) noexcept {
    // In the middle of other work, to which it does not belong.
    task_node* const task = std::exchange(current_thread.task, nullptr);
    const future_core* const job = std::exchange(current_thread.job, nullptr);
    run(item);
    current_thread.task = task;
    current_thread.job = job;
}

void pool_worker::wait_for(std::atomic<std::uint32_t>& ended,
                           const std::atomic<pool_worker*>& by) noexcept {
    std::int64_t until = now_ns() + patience_max_ns;
    do {
        for (int i = 0; i < pauses_per_look; ++i) {
            if (ended.load(std::memory_order_acquire) == has_ended) return;
            os::pause();
        }
        pool_worker* const thief = by.load(std::memory_order_acquire);
        pool_worker* const here = current();
        if (here == nullptr) continue;
        const bool helped = thief != nullptr && thief != here && here->help(*thief);
        if (helped || here->go_on_with_own()) until = now_ns() + patience_max_ns;
    } while (now_ns() < until);

    // Nothing of this computation is left to take. Where there is other work, somebody else gets
    // the place for it; else it is kept, because who has lost it cannot offer anything any more.
    std::uint32_t state = 0;
    if (!ended.compare_exchange_strong(state, is_awaited, std::memory_order_acq_rel)) return;
    while (ended.load(std::memory_order_acquire) != has_ended) {
        pool_worker* const here = current();
        time_point next_look = never;
        if (here != nullptr) {
            if (here->work_in_sight()) here->give_up_place();
            next_look = os::steady_time() + look_interval;
        }
        os::futex_wait(ended, is_awaited, next_look);
    }
}

void pool_worker::give_up_place() noexcept {
    try {
        current_thread.home->begin_blocking();
    } catch (...) {   // no thread to be had: then nobody takes over
    }
}

pool_worker::counters pool_worker::count() const noexcept {
    return {run_.load(std::memory_order_relaxed), stolen_.load(std::memory_order_relaxed),
            parked_.load(std::memory_order_relaxed)};
}

}  // namespace troika::impl
