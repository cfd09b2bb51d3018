// SPDX-License-Identifier: MIT
#include <troika/core/future_core.hpp>

#include "os/clock.hpp"
#include "os/cpu.hpp"
#include "os/futex.hpp"

#include <chrono>
#include <thread>

namespace troika::impl {

static_assert(sizeof(void*) == 8, "futures keep an address and a count in one 64-bit word");

std::uint64_t future_core::unlocked_state() const noexcept {
    for (;;) {
        const std::uint64_t state = state_.load(std::memory_order_acquire);
        if ((state & locked_bit) == 0) return state;
        os::pause();
    }
}

bool future_core::add_waiter(future_waiter& waiter) noexcept {
    for (;;) {
        std::uint64_t state = unlocked_state();
        if ((state & done_bit) != 0) return false;
        waiter.next_ = list_of(state);
        const std::uint64_t added =
            (state & reference_bits) | reinterpret_cast<std::uintptr_t>(&waiter);
        // Release: publishes next_ to complete().
        if (state_.compare_exchange_weak(state, added, std::memory_order_acq_rel,
                                         std::memory_order_relaxed))
            return true;
    }
}

bool future_core::remove_waiter(future_waiter& waiter) noexcept {
    std::uint64_t state;
    do {
        state = unlocked_state();
        if ((state & done_bit) != 0) return false;
    } while (!state_.compare_exchange_weak(state, state | locked_bit, std::memory_order_acq_rel,
                                           std::memory_order_relaxed));
    future_waiter* const head = list_of(state);
    future_waiter* changed = head;
    future_waiter** link = &changed;
    while (*link != nullptr && *link != &waiter) link = &(*link)->next_;
    const bool found = *link == &waiter;
    if (found) *link = waiter.next_;
    // References may have come and gone meanwhile, so the word is changed by differences. Release:
    // the changed list, to the next who takes it.
    state_.fetch_add(reinterpret_cast<std::uintptr_t>(changed) -
                         reinterpret_cast<std::uintptr_t>(head) - locked_bit,
                     std::memory_order_release);
    return found;
}

std::uint64_t future_core::finish(std::uint64_t references) noexcept {
    std::uint64_t state;
    do {
        state = unlocked_state();
    } while (!state_.compare_exchange_weak(
        state, ((state & reference_bits) - references) | done_bit, std::memory_order_acq_rel,
        std::memory_order_relaxed));
    // The list is newest first; those who came first are told first.
    future_waiter* oldest = nullptr;
    for (future_waiter* waiter = list_of(state); waiter != nullptr;) {
        future_waiter* next = waiter->next_;
        waiter->next_ = oldest;
        oldest = waiter;
        waiter = next;
    }
    while (oldest != nullptr) {
        future_waiter* next = oldest->next_;   // read first: the waiter may be gone once told
        oldest->future_done();
        oldest = next;
    }
    return state;
}

bool future_core::complete_with_waiters() noexcept {
    // The reference goes with the done bit: what is told needs the waiters only, and the one who
    // looks at the result is then the one who destroys it.
    return (finish(one_reference) & reference_bits) == one_reference;
}

namespace {

class blocked_thread final : public future_waiter {
public:
    void future_done() noexcept override {
        // The thread may return as soon as it sees the flag, so the wake goes to an address that
        // may be gone: the kernel then finds nobody, which is harmless.
        std::atomic<std::uint32_t>* word = &done_;
        word->store(1, std::memory_order_release);   // pairs with the acquire in block()
        os::futex_wake(*word, 1);
    }
    bool block(time_point deadline) noexcept {
        while (done_.load(std::memory_order_acquire) == 0)
            if (!os::futex_wait(done_, 0, deadline))
                return done_.load(std::memory_order_acquire) != 0;
        return true;
    }

private:
    std::atomic<std::uint32_t> done_{0};
};

}  // namespace

bool future_core::spin_until_done() const noexcept {
    static const bool alone = std::thread::hardware_concurrency() < 2;
    if (done() || alone) return done();
    constexpr auto patience = std::chrono::microseconds(50);
    constexpr int looks_per_clock = 32;
    const auto until = os::steady_time() + patience;
    do {
        for (int i = 0; i < looks_per_clock; ++i) {
            if (done()) return true;
            os::pause();
        }
    } while (os::steady_time() < until);
    return false;
}

bool future_core::block_until(time_point deadline) noexcept {
    // Not where the time is short anyway, so that a late answer is a late answer.
    if (deadline == never && spin_until_done()) return true;
    blocked_thread here;
    if (!add_waiter(here)) return true;
    if (here.block(deadline)) return true;
    if (remove_waiter(here)) return false;
    // Being told at this very moment: `here` must outlive that.
    return here.block(never);
}

}  // namespace troika::impl
