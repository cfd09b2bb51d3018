// SPDX-License-Identifier: MIT
#include "testing/sequential_order.hpp"

namespace troika::testing::impl {

sequential_order::ties sequential_order::find(const operation& next,
                                              const atomic_history& history) const {
    // Places in the coherence order: a store, those who read it, who comes next.
    const std::uint64_t here = 4ull * history.at(next.store).rank + (next.writes ? 2 : 1);
    ties found;
    for (std::size_t i = 0; i < events_.size(); ++i) {
        const event& other = events_[i];
        // Strongly happens before: later steps of the other's thread do, or it is the same thread.
        bool precedes
            = other.thread == next.thread || next.clock->at[other.thread] > other.time;
        if (other.location == next.location) {
            const std::uint64_t there
                = 4ull * history.at(other.store).rank + (other.writes ? 0 : 1);
            precedes |= there < here;
            if (here < there) found.after.set(i);
        }
        if (precedes) {
            found.before |= other.before;
            found.before.set(i);
        }
    }
    return found;
}

bool sequential_order::allows(const operation& next, const atomic_history& history) const {
    const ties found = find(next, history);
    return (found.before & found.after).none();
}

void sequential_order::add(const operation& next, store_id own, const atomic_history& history) {
    const ties found = find(next, history);
    const std::size_t index = events_.size();
    if (found.after.any())
        for (std::size_t i = 0; i < events_.size(); ++i) {
            event& other = events_[i];
            if (!found.after.test(i) && (other.before & found.after).none()) continue;
            other.before |= found.before;
            other.before.set(index);
        }
    events_.push_back({next.location, next.thread, next.clock->at[next.thread], own, next.writes,
                       found.before});
}

}  // namespace troika::testing::impl
