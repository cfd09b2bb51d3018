// SPDX-License-Identifier: MIT
#pragma once

#include <troika/pool/awaited.hpp>
#include <troika/pool/fork_two.hpp>
#include <troika/pool/parallel_quick_sort.hpp>
#include <troika/pool/sort_order.hpp>
#include <troika/pool/stable_sort.hpp>

#include <iterator>
#include <utility>

namespace troika {

namespace impl {

/// Forks on the workers of a pool.
class pool_fork {
public:
    explicit pool_fork(const thread_pool& pool) noexcept
        : concurrency_(static_cast<unsigned>(pool.size())) {}

    template <class F, class G>
    void operator()(F&& f, G&& g) const {
        fork_two(f, g);
    }
    [[nodiscard]] unsigned concurrency() const noexcept { return concurrency_; }

private:
    unsigned concurrency_;
};

/// Calls `sort(first, last, less)` for a range: with pointers where it is contiguous, which makes
/// for fewer instances of the kernels.
template <class Range, class Compare, class Projection, class Sort>
void sort_range(Range& range, Compare& compare, Projection& projection, Sort sort) {
    const sort_order less(compare, projection);
    const auto first = std::ranges::begin(range);
    const auto size = std::ranges::distance(first, std::ranges::end(range));
    if constexpr (std::contiguous_iterator<std::ranges::iterator_t<Range>>)
        sort(std::to_address(first), std::to_address(first) + size, less);
    else
        sort(first, first + size, less);
}

}  // namespace impl

/// Sorts `range` on the workers of `pool`, in place and without memory, such that
/// `compare(projection(b), projection(a))` is false for each a before b. The order of equal
/// elements is any, and may differ from run to run.
///
/// Elements may be anything that can be moved. `compare` and `projection` are called on several
/// threads at once. O(n log n) comparisons whatever the elements; few for such that are sorted,
/// upside down, or equal to many others. Some thousand elements are sorted on the calling thread,
/// without the pool.
/// Throws: what `compare` and `projection` throw, when the other workers have stopped; no element
/// is lost then, if moving them does not throw, nor is any where `compare` is no strict weak order,
/// but their order is any. std::logic_error for many elements on a thread that runs an event loop:
/// there `co_await threads.submit(...)`; std::runtime_error when the pool is shut down.
/// Thread: any other; on a worker of `pool` it takes part itself.
template <class Range, class Compare = std::ranges::less, class Projection = std::identity>
    requires parallel_sortable<Range, Compare, Projection>
void parallel_sort(thread_pool& pool, Range&& range, Compare compare = {},
                   Projection projection = {}) {
    impl::sort_range(range, compare, projection, [&pool](auto first, auto last, auto less) {
        if (last - first <= impl::fork_grain) {
            impl::sort_alone(first, last, less);
            return;
        }
        impl::call_on_worker(pool, [&] {
            impl::pool_fork fork(pool);
            impl::parallel_quick_sort<decltype(first), decltype(less), impl::pool_fork>::run(
                first, last, less, fork);
        });
    });
}

/// Sorts as parallel_sort() does, but equal elements stay in the order they are in: the result is
/// the same in every run, on any number of workers.
///
/// Takes memory for as many elements; for elements whose moves might throw, for two numbers each.
/// Throws: as parallel_sort(); std::bad_alloc before anything is moved.
/// Thread: as parallel_sort().
template <class Range, class Compare = std::ranges::less, class Projection = std::identity>
    requires parallel_sortable<Range, Compare, Projection>
void parallel_stable_sort(thread_pool& pool, Range&& range, Compare compare = {},
                          Projection projection = {}) {
    impl::sort_range(range, compare, projection, [&pool](auto first, auto last, auto less) {
        impl::pool_fork fork(pool);
        if (last - first <= impl::fork_grain) {
            impl::stable_sort(first, last, less, fork);   // does not fork so few
            return;
        }
        impl::call_on_worker(pool, [&] { impl::stable_sort(first, last, less, fork); });
    });
}

}  // namespace troika
