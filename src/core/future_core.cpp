// SPDX-License-Identifier: MIT
#include <troika/core/future_core.hpp>

#include "os/futex.hpp"
#include "os/spin.hpp"

namespace troika::impl {

template class future_state<future_waiter, future_waiter_links>;

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
    return os::spin_until([this] { return done(); });
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
