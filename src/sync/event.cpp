// SPDX-License-Identifier: MIT
#include <troika/sync/event.hpp>

namespace troika {

void event::set() noexcept {
    if (is_set()) return;
    impl::wake_list woken;
    word_.lock();
    while (wait_operation* first = line_.take()) woken.add(*first);
    word_.unlock(set_bit);
    woken.wake_all();
}

void event::clear() noexcept {
    word_.lock();
    word_.unlock(0);
}

std::string event::wait_operation::label() const { return impl::sync_label("event", of_.name_); }

bool event::wait_operation::line_up() noexcept {
    const std::uint64_t state = of_.word_.lock();
    if (state == 0) of_.line_.join(*this);
    of_.word_.unlock(state);
    return state == 0;
}

abort_answer event::wait_operation::abort() noexcept {
    const std::uint64_t state = of_.word_.lock();
    const bool left = of_.line_.leave(*this);
    of_.word_.unlock(state);
    return left ? abort_answer::woken : abort_answer::pending;
}

}  // namespace troika
