// SPDX-License-Identifier: MIT
#include <troika/core/future_core.hpp>

#include "os/cpu.hpp"
#include "os/futex.hpp"

namespace troika::impl {

namespace {
future_waiter* list_of(std::uintptr_t state, std::uintptr_t flags) noexcept {
    return reinterpret_cast<future_waiter*>(state & ~flags);
}
}  // namespace

bool future_core::add_waiter(future_waiter& waiter) noexcept {
    std::uintptr_t state = state_.load(std::memory_order_acquire);
    for (;;) {
        if ((state & done_bit) != 0) return false;
        if ((state & locked_bit) != 0) {
            os::pause();
            state = state_.load(std::memory_order_acquire);
            continue;
        }
        waiter.next_ = list_of(state, flag_bits);
        // Release: publishes next_ to complete_and_tell().
        if (state_.compare_exchange_weak(state, reinterpret_cast<std::uintptr_t>(&waiter),
                                         std::memory_order_acq_rel, std::memory_order_acquire))
            return true;
    }
}

bool future_core::remove_waiter(future_waiter& waiter) noexcept {
    std::uintptr_t state = state_.load(std::memory_order_acquire);
    for (;;) {
        if ((state & done_bit) != 0) return false;
        if ((state & locked_bit) != 0) {
            os::pause();
            state = state_.load(std::memory_order_acquire);
            continue;
        }
        if (state_.compare_exchange_weak(state, state | locked_bit, std::memory_order_acq_rel,
                                         std::memory_order_acquire))
            break;
    }
    future_waiter* head = list_of(state, flag_bits);
    future_waiter** link = &head;
    while (*link != nullptr && *link != &waiter) link = &(*link)->next_;
    const bool found = *link == &waiter;
    if (found) *link = waiter.next_;
    // Release: the changed list, to the next who takes it.
    state_.store(reinterpret_cast<std::uintptr_t>(head), std::memory_order_release);
    return found;
}

void future_core::complete_and_tell() noexcept {
    std::uintptr_t state = state_.load(std::memory_order_acquire);
    for (;;) {
        if ((state & locked_bit) != 0) {
            os::pause();
            state = state_.load(std::memory_order_acquire);
            continue;
        }
        if (state_.compare_exchange_weak(state, done_bit, std::memory_order_acq_rel,
                                         std::memory_order_acquire))
            break;
    }
    // The list is newest first; those who came first are told first.
    future_waiter* oldest = nullptr;
    for (future_waiter* waiter = list_of(state, flag_bits); waiter != nullptr;) {
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
}

namespace {

class blocked_thread final : public future_waiter {
public:
    void future_done() noexcept override {
        // The thread may return as soon as it sees the flag, so the wake goes to an address that may
        // be gone: the kernel then finds nobody, which is harmless.
        std::atomic<std::uint32_t>* word = &done_;
        word->store(1, std::memory_order_release);   // pairs with the acquire in block()
        os::futex_wake(*word, 1);
    }
    bool block(time_point deadline) noexcept {
        while (done_.load(std::memory_order_acquire) == 0)
            if (!os::futex_wait(done_, 0, deadline)) return done_.load(std::memory_order_acquire) != 0;
        return true;
    }

private:
    std::atomic<std::uint32_t> done_{0};
};

}  // namespace

bool future_core::block_until(time_point deadline) noexcept {
    blocked_thread here;
    if (!add_waiter(here)) return true;
    if (here.block(deadline)) return true;
    if (remove_waiter(here)) return false;
    // Being told at this very moment: `here` must outlive that.
    return here.block(never);
}

}  // namespace troika::impl
