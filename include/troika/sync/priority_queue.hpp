// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/std_parts.hpp>
#include <troika/sync/queue.hpp>

namespace troika {

namespace impl {

template <class T, class Compare>
class priority_shelf final : public heap_shelf {
private:
    bool before(const parcel& a, const parcel& b) const noexcept override {
        return compare_(static_cast<const parcel_of<T>&>(a).item,
                        static_cast<const parcel_of<T>&>(b).item);
    }

    [[no_unique_address]] Compare compare_{};
};

}  // namespace impl

/// A queue that gives out first what `Compare` puts before the others: with std::less the smallest
/// (as in Python; std::priority_queue gives the greatest). Among equals: first in, first out.
///
/// `Compare` is called under the queue's lock: it is short, and does not throw.
/// Otherwise as queue. Thread: any, and tasks of any scheduler. Lifetime: outlives every wait.
template <class T, class Compare = std::less<T>>
class priority_queue final : public impl::basic_queue<T, impl::priority_shelf<T, Compare>> {
public:
    using impl::basic_queue<T, impl::priority_shelf<T, Compare>>::basic_queue;
};

}  // namespace troika
