// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/intrusive_list.hpp>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace troika::impl {

/// Finds the worker with the fewest calls among those that can take one, without looking at all:
/// there may be thousands.
///
/// A `Worker` is a list_hook<>, and has can_take() and `in_flight`, at most `load_max` while it can
/// take a call. Among equals the one that has waited longest is first.
/// Thread: none of its own. Lifetime: workers have left before they, or this, are destroyed.
template <class Worker>
class least_busy {
public:
    explicit least_busy(std::size_t load_max) : by_load_(load_max + 1), lowest_(load_max + 1) {}

    /// To be called whenever can_take() or `in_flight` of `which` may have changed.
    void update(Worker& which) noexcept {
        if (which.linked()) intrusive_list<Worker>::remove(which);
        if (!which.can_take()) return;
        const std::size_t load = which.in_flight;
        by_load_[load].push_back(which);
        lowest_ = std::min(lowest_, load);
    }
    void remove(Worker& which) noexcept {
        if (which.linked()) intrusive_list<Worker>::remove(which);
    }
    /// Returns: null when none can.
    [[nodiscard]] Worker* find() noexcept {
        while (lowest_ < by_load_.size() && by_load_[lowest_].empty()) ++lowest_;
        return lowest_ < by_load_.size() ? &by_load_[lowest_].front() : nullptr;
    }

private:
    std::vector<intrusive_list<Worker>> by_load_;
    std::size_t lowest_;   // no list before it has members
};

}  // namespace troika::impl
