// SPDX-License-Identifier: MIT
#include <troika/sync/mutex.hpp>

namespace troika {

bool mutex::acquire_when_busy() noexcept {
    if (is_locked()) return false;
    // Nobody was inside, yet somebody was at the line; or the mutex became free a moment ago.
    const std::uint64_t state = word_.lock();
    word_.unlock(state == 0 ? held_bit : state);
    return state == 0;
}

bool mutex::line_up(impl::wait_place& place) noexcept {
    const std::uint64_t state = word_.lock();
    if (state == 0) {
        word_.unlock(held_bit);
        return false;
    }
    line_.join(place);
    word_.unlock(held_state());
    return true;
}

void mutex::hand_over() noexcept {
    word_.lock();
    impl::wait_place* next = line_.take();
    // The last in line may just have left: then the mutex is free, and may be destroyed by whoever
    // sees that.
    word_.unlock(next == nullptr ? 0 : held_state());
    if (next != nullptr) next->tell();
}

bool mutex::leave(impl::wait_place& place) noexcept {
    const std::uint64_t state = word_.lock();
    const bool left = line_.leave(place);
    word_.unlock(left ? held_state() : state);
    return left;
}

abort_answer mutex::lock_operation::abort() noexcept {
    return of_.leave(*this) ? abort_answer::woken : abort_answer::pending;
}

}  // namespace troika
