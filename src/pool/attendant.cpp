// SPDX-License-Identifier: MIT
#include "pool/attendant.hpp"

#include "os/clock.hpp"

#include <mutex>
#include <thread>

namespace troika::impl {

namespace {
task<void> until(event& stop) { co_await stop.wait(); }
}  // namespace

pool_attendant::pool_attendant(const std::string& name) : timer(never), wheel_(loop_.now()) {
    thread_.start_or_throw("the thread that serves the timers and I/O of a pool", name,
                           &pool_attendant::thread_main, this);
}

pool_attendant::~pool_attendant() {
    stop_.set();
    thread_.join();
}

void pool_attendant::thread_main(void* self) noexcept {
    auto& me = *static_cast<pool_attendant*>(self);
    me.loop_.run(until(me.stop_));
}

void pool_attendant::arm(timer& alarm) noexcept {
    bool sooner = false;
    {
        const std::scoped_lock here(lock_);
        wheel_.arm(alarm);
        if (alarm.deadline() < planned_) {
            planned_ = alarm.deadline();
            sooner = true;
        }
    }
    if (sooner && !asked_.exchange(true, std::memory_order_acq_rel))
        loop_.post(static_cast<posted&>(*this));
}

bool pool_attendant::disarm(timer& alarm) noexcept {
    {
        const std::scoped_lock here(lock_);
        if (alarm.armed()) {
            wheel_.disarm(alarm);
            return true;
        }
    }
    // Acquire: pairs with ring(), after which the timer is its owner's alone.
    while (ringing_.load(std::memory_order_acquire) == &alarm) std::this_thread::yield();
    return false;
}

void pool_attendant::run() noexcept {
    asked_.store(false, std::memory_order_release);
    plan();
}

void pool_attendant::ring() noexcept {
    for (;;) {
        timer* due = nullptr;
        {
            const std::scoped_lock here(lock_);
            due = wheel_.pop_due(loop_.now());
            ringing_.store(due, std::memory_order_relaxed);   // published by the lock
        }
        if (due == nullptr) break;
        timer_wheel::expire(*due);
        ringing_.store(nullptr, std::memory_order_release);
    }
    plan();
}

void pool_attendant::plan() noexcept {
    if (timer::armed()) loop_.disarm(*this);
    {
        const std::scoped_lock here(lock_);
        planned_ = wheel_.next_deadline();
        deadline_ = planned_;
    }
    if (deadline_ != never) loop_.arm(*this);
}

}  // namespace troika::impl
