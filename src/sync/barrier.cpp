// SPDX-License-Identifier: MIT
#include <troika/sync/barrier.hpp>

namespace troika {

barrier::barrier(std::size_t parties, const char* name) : parties_(parties), name_(name) {
    if (parties == 0)
        throw std::invalid_argument(impl::sync_label("barrier", name) +
                                    ": it needs at least one party to wait for");
}

std::size_t barrier::waiting() const noexcept {
    const std::uint64_t state = word_.lock();
    const std::size_t size = line_.size();
    word_.unlock(state);
    return size;
}

void barrier::send_away(bool stay_broken) noexcept {
    impl::wake_list woken;
    word_.lock();
    while (wait_operation* first = line_.take()) {
        first->broken_ = true;
        woken.add(*first);
    }
    word_.unlock(stay_broken ? broken_bit : 0);
    woken.wake_all();
}

std::string barrier::wait_operation::label() const {
    return impl::sync_label("barrier", of_.name_) + " (" + std::to_string(of_.waiting()) + " of " +
           std::to_string(of_.parties_) + " waiting)";
}

bool barrier::wait_operation::line_up() noexcept {
    const std::uint64_t state = of_.word_.lock();
    if (state != 0) {
        broken_ = true;
        of_.word_.unlock(state);
        return false;
    }
    if (of_.line_.size() + 1 < of_.parties_) {
        of_.line_.join(*this);
        of_.word_.unlock(0);
        return true;
    }
    impl::wake_list woken;
    while (wait_operation* first = of_.line_.take()) {
        first->index_ = index_++;
        woken.add(*first);
    }
    of_.word_.unlock(0);
    woken.wake_all();
    return false;
}

abort_answer barrier::wait_operation::abort() noexcept {
    const std::uint64_t state = of_.word_.lock();
    const bool left = of_.line_.leave(*this);
    of_.word_.unlock(state);
    return left ? abort_answer::woken : abort_answer::pending;
}

void barrier::wait_operation::throw_if_broken() const {
    if (broken_) [[unlikely]]
        throw broken_barrier(impl::sync_label("barrier", of_.name_) +
                             ": it was reset or aborted; after abort(), call reset() first");
}

}  // namespace troika
