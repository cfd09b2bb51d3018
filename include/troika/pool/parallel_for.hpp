// SPDX-License-Identifier: MIT
#pragma once

#include <troika/pool/awaited.hpp>
#include <troika/pool/split.hpp>

#include <concepts>
#include <cstddef>
#include <functional>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace troika {

namespace impl {

/// What can count: any integer but a truth value.
template <class T>
concept index_type = std::integral<T> && !std::same_as<T, bool>;

/// How many steps it is from `first` to `last`.
template <index_type I>
std::size_t distance(I first, I last) noexcept {
    if (first >= last) return 0;
    return static_cast<std::size_t>(last) - static_cast<std::size_t>(first);
}

template <index_type To, index_type From>
To to_index(From from) {
    if constexpr (std::is_signed_v<From> && std::is_unsigned_v<To>)
        if (from < 0)
            throw std::invalid_argument(
                "parallel_for: an index below zero beside an unsigned one: give both one type");
    return static_cast<To>(from);
}

template <index_type I, class F>
struct index_part {
    void run(std::size_t begin, std::size_t end) {
        const auto at = [this](std::size_t by) {
            return static_cast<I>(static_cast<std::size_t>(first) + by);
        };
        F& call = function;
        const I stop = at(end);
        for (I i = at(begin); i != stop; ++i) std::invoke(call, i);
    }
    [[nodiscard]] index_part fresh() const noexcept { return *this; }
    void join(index_part&) const noexcept {}

    F& function;
    I first;
};

template <class It, class F>
struct element_part {
    void run(std::size_t begin, std::size_t end) {
        F& call = function;
        const It stop = advanced(first, end);
        for (It at = advanced(first, begin); at != stop; ++at) std::invoke(call, *at);
    }
    [[nodiscard]] element_part fresh() const { return *this; }
    void join(element_part&) const noexcept {}

    F& function;
    It first;
};

}  // namespace impl

/// Calls `function(i)` for each i of first, first + 1, ... below last, in parallel, in any order;
/// returns when all have ended.
///
/// `function` is called by several threads at a time. `where` is a thread_pool, or awaited() of
/// one. Both indices become their common type.
/// Returns: nothing; for awaited() a task<void>.
/// Throws: what the first call that failed threw, once those that had begun have ended; no more
/// begin then. std::logic_error for a thread_pool on a thread that runs an event loop: there
/// co_await it with awaited().
/// Cancel: calls that have not begun do not; `cancelled` once the others have ended.
/// Thread: any other; on a worker of the pool it takes part itself.
template <impl::parallel_place Where, impl::index_type First, impl::index_type Last, class F>
    requires std::invocable<F&, std::common_type_t<First, Last>>
#if defined(__clang__)
[[clang::coro_wrapper, clang::coro_disable_lifetimebound]]
#endif
auto parallel_for(Where&& where, First first, Last last, F&& function, parallel_options how = {}) {
    using index = std::common_type_t<First, Last>;
    return impl::compute(
        where, [from = impl::to_index<index>(first), to = impl::to_index<index>(last),
                kept = impl::held<F>{std::forward<F>(function)},
                grain = how.grain](impl::computation& all) mutable {
            impl::index_part<index, std::remove_reference_t<F>> part{kept.value, from};
            impl::split_lazily(all, part, 0, impl::distance(from, to), grain);
            all.finish();
        });
}

/// The same for each element of `range`, which has random access and a size.
template <impl::parallel_place Where, impl::divisible_range R, class F>
    requires std::invocable<F&, std::ranges::range_reference_t<R>>
#if defined(__clang__)
[[clang::coro_wrapper, clang::coro_disable_lifetimebound]]
#endif
auto parallel_for(Where&& where, R&& range, F&& function, parallel_options how = {}) {
    return impl::compute(where, [kept_range = impl::held<R>{std::forward<R>(range)},
                                 kept = impl::held<F>{std::forward<F>(function)},
                                 grain = how.grain](impl::computation& all) mutable {
        const auto first = impl::first_of(kept_range.value);
        impl::element_part<std::remove_const_t<decltype(first)>, std::remove_reference_t<F>> part{
            kept.value, first};
        impl::split_lazily(all, part, 0, impl::size_of(kept_range.value), grain);
        all.finish();
    });
}

}  // namespace troika
