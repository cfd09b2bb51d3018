// SPDX-License-Identifier: MIT
#include <troika/sync/queue_core.hpp>

#include "inspect/registry.hpp"

#include <algorithm>

namespace troika::impl {

queue_core::queue_core(parcel_shelf& shelf, const queue_options& options)
    : capacity_max_(options.capacity_max), name_(options.name), shelf_(shelf) {
    if (capacity_max_ == 0)
        throw std::invalid_argument(sync_label("queue", name_) +
                                    ": capacity_max is 0: say how many items may wait in it");
    listing_data what;
    what.kind = listed::queue;
    what.gauges[0] = reinterpret_cast<std::uintptr_t>(&size_);
    what.gauges[1] = reinterpret_cast<std::uintptr_t>(&size_most_);
    what.gauges[2] = reinterpret_cast<std::uintptr_t>(&unfinished_);
    what.gauges[3] = capacity_max_;
    listing_.add(what, name_ != nullptr ? name_ : "");
}

queue_core::answer queue_core::put(parcel& item, put_place* place) noexcept {
    const std::uint64_t state = word_.lock();
    if (state == shut_bit) {
        word_.unlock(state);
        return answer::shut_down;
    }
    get_place* getter = getters_.take();
    if (getter == nullptr && size_ == capacity_max_) {
        if (place != nullptr) putters_.join(*place);
        word_.unlock(state);
        return answer::not_now;
    }
    if (place != nullptr) place->item_ = nullptr;   // before another thread may unwrap it
    ++unfinished_;
    if (getter != nullptr) {
        getter->item_ = &item;
    } else {
        shelf_.add(item);
        size_most_ = std::max(size_most_, ++size_);
    }
    word_.unlock(state);
    if (getter != nullptr) getter->tell();
    return answer::done;
}

queue_core::answer queue_core::get(parcel*& item, get_place* place) noexcept {
    const std::uint64_t state = word_.lock();
    if (size_ == 0) {
        const bool open = state != shut_bit;
        if (open && place != nullptr) getters_.join(*place);
        word_.unlock(state);
        return open ? answer::not_now : answer::shut_down;
    }
    item = shelf_.take();
    put_place* putter = putters_.take();
    if (putter != nullptr) {
        shelf_.add(*std::exchange(putter->item_, nullptr));
        ++unfinished_;
    } else {
        --size_;
    }
    word_.unlock(state);
    if (putter != nullptr) putter->tell();
    return answer::done;
}

void queue_core::task_done() {
    wake_list woken;
    const std::uint64_t state = word_.lock();
    const bool counted = unfinished_ != 0;
    if (counted && --unfinished_ == 0)
        while (join_operation* first = joiners_.take()) woken.add(*first);
    word_.unlock(state);
    if (!counted)
        throw std::logic_error(sync_label("queue", name_) +
                               ": task_done() was called more often than items were put");
    woken.wake_all();
}

parcel* queue_core::shut_down(bool immediate) noexcept {
    wake_list woken;
    parcel* dropped = nullptr;
    word_.lock();
    while (get_place* getter = getters_.take()) {
        getter->refused_ = true;
        woken.add(*getter);
    }
    while (put_place* putter = putters_.take()) {
        putter->refused_ = true;
        woken.add(*putter);
    }
    if (immediate) {
        parcel** end = &dropped;
        while (parcel* item = shelf_.take()) {
            item->next = nullptr;
            *end = item;
            end = &item->next;
        }
        // What was taken is still somebody's work, and join() waits for it.
        unfinished_ -= std::exchange(size_, 0);
        if (unfinished_ == 0)
            while (join_operation* first = joiners_.take()) woken.add(*first);
    }
    word_.unlock(shut_bit);
    woken.wake_all();
    return dropped;
}

template <class Read>
std::size_t queue_core::read(Read get) const noexcept {
    const std::uint64_t state = word_.lock();
    const std::size_t value = get();
    word_.unlock(state);
    return value;
}

std::size_t queue_core::size() const noexcept {
    return read([this] { return size_; });
}

std::size_t queue_core::unfinished() const noexcept {
    return read([this] { return unfinished_; });
}

void queue_core::throw_shut_down(const char* operation) const {
    throw queue_shut_down(sync_label("queue", name_) + ": " + operation +
                          " after shutdown(): no item will come or go any more");
}

std::string queue_core::put_place::label() const {
    const std::size_t waiting = of_.read([this] { return of_.putters_.size(); });
    return sync_label("queue", of_.name_) + " put (" + std::to_string(waiting) + " waiting)";
}

bool queue_core::put_place::line_up() noexcept {
    const answer given = of_.put(*item_, this);
    // In line, *this belongs to whoever takes it: only the other answers may be noted.
    if (given == answer::not_now) return true;
    refused_ = given == answer::shut_down;
    return false;
}

abort_answer queue_core::put_place::abort() noexcept {
    const std::uint64_t state = of_.word_.lock();
    const bool left = of_.putters_.leave(*this);
    of_.word_.unlock(state);
    return left ? abort_answer::woken : abort_answer::pending;
}

void queue_core::put_place::finish() const {
    throw_if_aborted();
    if (refused_) [[unlikely]]
        of_.throw_shut_down("put()");
}

std::string queue_core::get_place::label() const {
    const std::size_t waiting = of_.read([this] { return of_.getters_.size(); });
    return sync_label("queue", of_.name_) + " get (" + std::to_string(waiting) + " waiting)";
}

bool queue_core::get_place::line_up() noexcept {
    parcel* item = nullptr;
    const answer given = of_.get(item, this);
    if (given == answer::not_now) return true;
    item_ = item;
    refused_ = given == answer::shut_down;
    return false;
}

abort_answer queue_core::get_place::abort() noexcept {
    const std::uint64_t state = of_.word_.lock();
    const bool left = of_.getters_.leave(*this);
    of_.word_.unlock(state);
    return left ? abort_answer::woken : abort_answer::pending;
}

void queue_core::get_place::throw_if_refused() const {
    if (refused_) [[unlikely]]
        of_.throw_shut_down("get()");
}

std::string queue_core::join_operation::label() const {
    return sync_label("queue", of_.name_) + " join (" + std::to_string(of_.unfinished()) +
           " unfinished)";
}

bool queue_core::join_operation::line_up() noexcept {
    const std::uint64_t state = of_.word_.lock();
    const bool wait = of_.unfinished_ != 0;
    if (wait) of_.joiners_.join(*this);
    of_.word_.unlock(state);
    return wait;
}

abort_answer queue_core::join_operation::abort() noexcept {
    const std::uint64_t state = of_.word_.lock();
    const bool left = of_.joiners_.leave(*this);
    of_.word_.unlock(state);
    return left ? abort_answer::woken : abort_answer::pending;
}

}  // namespace troika::impl
