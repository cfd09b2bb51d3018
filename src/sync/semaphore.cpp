// SPDX-License-Identifier: MIT
#include <troika/sync/semaphore.hpp>

#include <stdexcept>

namespace troika {

semaphore::semaphore(std::size_t permits, const semaphore_options& options)
    : permits_max_(options.permits_max), name_(options.name), word_(permits * one) {
    if (permits > permits_max_)
        throw std::invalid_argument(impl::sync_label("semaphore", name_) + ": " +
                                    std::to_string(permits) + " permits, but permits_max is " +
                                    std::to_string(permits_max_));
}

void semaphore::release(std::size_t count) {
    if (hand_over(count)) return;
    throw std::logic_error(impl::sync_label("semaphore", name_) +
                           ": release() without an acquire(): there would be more than " +
                           std::to_string(permits_max_) + " permits");
}

void semaphore::give_back_when_busy() noexcept {
    check(hand_over(1), "a permit comes back to a semaphore that has them all: some release() was "
                        "one too many");
}

bool semaphore::take_locked() noexcept {
    const std::uint64_t state = word_.lock();
    word_.unlock(state >= one ? state - one : state);
    return state >= one;
}

bool semaphore::hand_over(std::size_t count) noexcept {
    const std::uint64_t state = word_.lock();
    if (count > permits_max_ - state / one) {
        word_.unlock(state);
        return false;
    }
    impl::wake_list woken;
    while (count != 0 && !line_.empty()) {
        woken.add(*line_.take());
        --count;
    }
    const std::uint64_t crowded = line_.empty() ? 0 : crowded_bit;
    word_.unlock((state & ~crowded_bit) + count * one + crowded);
    woken.wake_all();
    return true;
}

std::string semaphore::acquire_operation::label() const {
    return impl::sync_label("semaphore", of_.name_);
}

bool semaphore::acquire_operation::line_up() noexcept {
    const std::uint64_t state = of_.word_.lock();
    if (state >= one) {
        of_.word_.unlock(state - one);
        return false;
    }
    of_.line_.join(*this);
    of_.word_.unlock(crowded_bit);
    return true;
}

abort_answer semaphore::acquire_operation::abort() noexcept {
    const std::uint64_t state = of_.word_.lock();
    const bool left = of_.line_.leave(*this);
    of_.word_.unlock(left && of_.line_.empty() ? 0 : state);
    return left ? abort_answer::woken : abort_answer::pending;
}

}  // namespace troika
