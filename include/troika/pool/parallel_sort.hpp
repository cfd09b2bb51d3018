// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/cancelled.hpp>
#include <troika/core/future_wait.hpp>
#include <troika/pool/awaited.hpp>
#include <troika/pool/computation.hpp>
#include <troika/pool/fork_two.hpp>
#include <troika/pool/parallel_quick_sort.hpp>
#include <troika/pool/sort_order.hpp>
#include <troika/pool/stable_sort.hpp>
#include <troika/pool/thread_pool.hpp>

#include <concepts>
#include <exception>
#include <iterator>
#include <utility>

namespace troika {

namespace impl {

/// Forks on the workers of a pool.
class pool_fork {
public:
    pool_fork(thread_pool& pool, computation& all) noexcept : pool_(pool), all_(all) {}

    /// Throws: what they throw; `cancelled` where the computation is over.
    template <class F, class G>
    void operator()(F&& f, G&& g) const {
        if (!all_.goes_on()) throw cancelled();
        if (pool_worker::current_of(pool_.home()) != nullptr)
            fork_two(f, g);
        else
            fork_as_guest(f, g);
    }
    [[nodiscard]] unsigned concurrency() const noexcept {
        return static_cast<unsigned>(pool_.size());
    }

private:
    // On a thread that has lost its place to another one, since it had to wait: there may be
    // much left to do, too much to do it alone.
    template <class F, class G>
    void fork_as_guest(F& f, G& g) const {
        std::exception_ptr error;
        const future<void> other = pool_.submit([&g] { g(); });
        try {
            f();
        } catch (...) {
            error = std::current_exception();
        }
        wait_whatever_comes(future_access::core(other));   // runs it here if nobody has taken it
        if (error) std::rethrow_exception(error);
        other.get();
    }

    thread_pool& pool_;
    computation& all_;
};

inline thread_pool& pool_of(thread_pool& where) noexcept { return where; }
inline thread_pool& pool_of(const awaited_pool& where) noexcept { return where.pool(); }

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

/// Calls `sort(first, last, less, fork)` for a range on the workers of a pool; for few elements on
/// this thread, if it can be blocked at all.
template <class Where, class Range, class Compare, class Projection, class Sort>
#if defined(__clang__)
[[clang::coro_wrapper, clang::coro_disable_lifetimebound]]
#endif
auto sort_at(Where&& where, Range&& range, Compare compare, Projection projection, Sort sort) {
    thread_pool& pool = pool_of(where);
    auto body = [&pool, sort, kept = held<Range>{std::forward<Range>(range)},
                 compare = std::move(compare),
                 projection = std::move(projection)](computation& all) mutable {
        sort_range(kept.value, compare, projection, [&](auto first, auto last, auto less) {
            pool_fork fork(pool, all);
            sort(first, last, less, fork);
        });
    };
    if constexpr (std::same_as<Where, thread_pool&>) {
        // So few are not forked.
        if (std::ranges::distance(range) <= fork_grain) {
            computation all(nullptr);
            body(all);
            return;
        }
    }
    return compute(where, std::move(body));
}

}  // namespace impl

/// Sorts `range` in parallel, in place and without memory, such that
/// `compare(projection(b), projection(a))` is false for each a before b. The order of equal
/// elements is any, and may differ from run to run.
///
/// `where` is a thread_pool, or awaited() of one. Elements may be anything that can be moved.
/// `compare` and `projection` are called on several threads at once. O(n log n) comparisons
/// whatever the elements; few for such that are sorted, upside down, or equal to many others. Some
/// thousand elements are sorted on the calling thread, without the pool, unless awaited().
/// Returns: nothing; for awaited() a task of that.
/// Throws: what `compare` and `projection` throw, when the other workers have stopped; no element
/// is lost then, if moving them does not throw, nor is any where `compare` is no strict weak order,
/// but their order is any. std::logic_error for many elements in a thread_pool on a thread that
/// runs an event loop: there co_await it with awaited(). std::runtime_error when the pool is shut
/// down.
/// Cancel: ends soon, `cancelled`; no element is lost.
/// Thread: any other; on a worker of the pool it takes part itself.
template <impl::parallel_place Where, class Range, class Compare = std::ranges::less,
          class Projection = std::identity>
    requires parallel_sortable<Range, Compare, Projection>
#if defined(__clang__)
[[clang::coro_wrapper, clang::coro_disable_lifetimebound]]
#endif
auto parallel_sort(Where&& where, Range&& range, Compare compare = {}, Projection projection = {}) {
    return impl::sort_at(std::forward<Where>(where), std::forward<Range>(range),
                         std::move(compare), std::move(projection),
                         [](auto first, auto last, auto less, impl::pool_fork& fork) {
                             impl::parallel_quick_sort<decltype(first), decltype(less),
                                                       impl::pool_fork>::run(first, last, less,
                                                                             fork);
                         });
}

/// Sorts as parallel_sort() does, but equal elements stay in the order they are in: the result is
/// the same in every run, on any number of workers.
///
/// Takes memory for as many elements; for elements whose moves might throw, for two numbers each.
/// Returns: as parallel_sort().
/// Throws: as parallel_sort(); std::bad_alloc before anything is moved.
/// Cancel, Thread: as parallel_sort().
template <impl::parallel_place Where, class Range, class Compare = std::ranges::less,
          class Projection = std::identity>
    requires parallel_sortable<Range, Compare, Projection>
#if defined(__clang__)
[[clang::coro_wrapper, clang::coro_disable_lifetimebound]]
#endif
auto parallel_stable_sort(Where&& where, Range&& range, Compare compare = {},
                          Projection projection = {}) {
    return impl::sort_at(std::forward<Where>(where), std::forward<Range>(range),
                         std::move(compare), std::move(projection),
                         [](auto first, auto last, auto less, impl::pool_fork& fork) {
                             impl::stable_sort(first, last, less, fork);
                         });
}

}  // namespace troika
