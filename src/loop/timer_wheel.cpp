// SPDX-License-Identifier: MIT
#include "loop/timer_wheel.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace troika {

void timer_list::push_back(timer& alarm) noexcept {
    if (first == nullptr) {
        alarm.previous_ = alarm.next_ = &alarm;
        first = &alarm;
    } else {
        timer* last = first->previous_;
        alarm.previous_ = last;
        alarm.next_ = first;
        last->next_ = first->previous_ = &alarm;
    }
    earliest = std::min(earliest, alarm.deadline_);
}

void timer_list::remove(timer& alarm) noexcept {
    if (alarm.next_ == &alarm) {
        first = nullptr;
        earliest = never;
    } else {
        alarm.previous_->next_ = alarm.next_;
        alarm.next_->previous_ = alarm.previous_;
        if (first == &alarm) first = alarm.next_;
    }
    alarm.previous_ = alarm.next_ = nullptr;
}

timer& timer_list::pop_front() noexcept {
    timer& alarm = *first;
    remove(alarm);
    return alarm;
}

void timer_list::insert_sorted(timer& alarm) noexcept {
    if (first == nullptr || alarm.deadline_ >= first->previous_->deadline_) {
        push_back(alarm);
        return;
    }
    // From the end, where new deadlines usually belong.
    timer* after = first->previous_;
    while (after != first && after->previous_->deadline_ > alarm.deadline_)
        after = after->previous_;
    timer* before = after->previous_;
    alarm.previous_ = before;
    alarm.next_ = after;
    before->next_ = after->previous_ = &alarm;
    if (after == first) first = &alarm;
    earliest = std::min(earliest, alarm.deadline_);
}

timer* timer_list::merge(timer* left, timer* right) noexcept {
    timer* head = nullptr;
    timer** tail = &head;
    while (left != nullptr && right != nullptr) {
        timer*& smaller = right->deadline_ < left->deadline_ ? right : left;
        *tail = smaller;
        tail = &smaller->next_;
        smaller = smaller->next_;
    }
    *tail = left != nullptr ? left : right;
    return head;
}

void timer_list::sort() noexcept {
    if (first == nullptr || first->next_ == first) return;
    // Merge sort from the bottom, on the next_ links alone: runs[i] holds a sorted run of 2^i
    // timers, older than those of lower index.
    std::array<timer*, 48> runs{};
    first->previous_->next_ = nullptr;
    for (timer* rest = first; rest != nullptr;) {
        timer* run = rest;
        rest = rest->next_;
        run->next_ = nullptr;
        std::size_t i = 0;
        for (; runs[i] != nullptr; ++i) run = merge(std::exchange(runs[i], nullptr), run);
        runs[i] = run;
    }
    timer* sorted = nullptr;
    for (timer* run : runs)
        if (run != nullptr) sorted = merge(run, sorted);
    first = sorted;
    timer* previous = nullptr;
    for (timer* at = sorted; at != nullptr; at = at->next_) {
        at->previous_ = previous;
        previous = at;
    }
    previous->next_ = first;
    first->previous_ = previous;
    earliest = first->deadline_;
}

timer_wheel::place timer_wheel::place_of(std::uint64_t tick) const noexcept {
    const auto highest = static_cast<unsigned>(63 - std::countl_zero(tick ^ tick_));
    const unsigned at = highest / digit_bits;
    return {at, static_cast<unsigned>(tick >> (at * digit_bits)) & (slots - 1)};
}

std::uint64_t timer_wheel::start_of(place p) const noexcept {
    const unsigned shift = p.level * digit_bits;
    const std::uint64_t above = (tick_ >> shift) >> digit_bits;   // two shifts: one may be by 64
    return ((above << digit_bits) | p.slot) << shift;
}

void timer_wheel::insert(timer& alarm) noexcept {
    const std::uint64_t tick = tick_of(alarm.deadline_);
    if (tick <= tick_) {
        near_.insert_sorted(alarm);
        return;
    }
    const place p = place_of(tick);
    level_[p.level].slot[p.slot].push_back(alarm);
    level_[p.level].occupied |= std::uint64_t{1} << p.slot;
}

void timer_wheel::arm(timer& alarm) noexcept {
    check(!alarm.armed(), "a timer is armed once");
    insert(alarm);
    ++size_;
}

void timer_wheel::disarm(timer& alarm) noexcept {
    check(alarm.armed(), "a timer that is not armed was disarmed");
    --size_;
    const std::uint64_t tick = tick_of(alarm.deadline_);
    if (tick <= tick_) {
        near_.remove(alarm);
        if (!near_.empty()) near_.earliest = near_.first->deadline_;
        return;
    }
    // The wheel has not passed the timer's slot, so its place is where insert() put it.
    const place p = place_of(tick);
    timer_list& list = level_[p.level].slot[p.slot];
    list.remove(alarm);
    if (list.empty()) level_[p.level].occupied &= ~(std::uint64_t{1} << p.slot);
}

bool timer_wheel::next_occupied(place& into) const noexcept {
    // A lower level ends before the next slot of a higher one begins, so the first found is the
    // next.
    for (unsigned i = 0; i < levels; ++i)
        if (level_[i].occupied != 0) {
            into = {i, static_cast<unsigned>(std::countr_zero(level_[i].occupied))};
            return true;
        }
    return false;
}

time_point timer_wheel::next_deadline() noexcept {
    if (!near_.empty()) return near_.first->deadline_;
    place p{};
    return next_occupied(p) ? level_[p.level].slot[p.slot].earliest : never;
}

void timer_wheel::go_to(std::uint64_t tick) noexcept {
    place p{};
    while (next_occupied(p)) {
        const std::uint64_t start = start_of(p);
        if (start > tick) break;
        timer_list moving = std::exchange(level_[p.level].slot[p.slot], timer_list{});
        level_[p.level].occupied &= ~(std::uint64_t{1} << p.slot);
        tick_ = start;
        if (p.level == 0) {
            moving.sort();
            // All of this tick are later than what near_ holds, or equal ones that came after.
            while (!moving.empty()) near_.insert_sorted(moving.pop_front());
        } else {
            while (!moving.empty()) insert(moving.pop_front());
        }
    }
    tick_ = std::max(tick_, tick);
}

timer* timer_wheel::pop_due(time_point now) noexcept {
    const std::uint64_t target = tick_of(now);
    for (;;) {
        // Slot by slot: what expires may arm timers that come before those of the next slot.
        if (!near_.empty() && near_.first->deadline_ <= now) {
            --size_;
            timer& due = near_.pop_front();
            if (!near_.empty()) near_.earliest = near_.first->deadline_;
            return &due;
        }
        place p{};
        if (!next_occupied(p) || start_of(p) > target) break;
        go_to(start_of(p));
    }
    tick_ = std::max(tick_, target);
    return nullptr;
}

}  // namespace troika
