// SPDX-License-Identifier: MIT
#pragma once

#include <troika/pool/awaited.hpp>
#include <troika/pool/split.hpp>

#include <concepts>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace troika {

namespace impl {

/// What parallel_map() keeps of a result.
template <class F, class R>
using mapped_value =
    kept_t<std::remove_const_t<std::invoke_result_t<F&, std::ranges::range_reference_t<R>>>>;

/// Results that can be there before they are computed.
template <class T>
inline constexpr bool is_plain =
    std::is_trivially_default_constructible_v<T>&& std::is_trivially_copyable_v<T>;

/// Where the results are written, each by one thread.
template <class T>
using map_slot = std::conditional_t<std::same_as<T, bool>, unsigned char,
                                    std::conditional_t<is_plain<T>, T, std::optional<T>>>;

template <class It, class F, class T>
struct map_part {
    void run(std::size_t begin, std::size_t end) {
        F& call = function;
        map_slot<T>* out = into + begin;
        const It stop = advanced(first, end);
        for (It at = advanced(first, begin); at != stop; ++at, ++out) {
            if constexpr (is_plain<T>)
                *out = std::invoke(call, *at);
            else
                out->emplace(std::invoke(call, *at));
        }
    }
    [[nodiscard]] map_part fresh() const { return *this; }
    void join(map_part&) const noexcept {}

    F& function;
    It first;
    map_slot<T>* into;
};

template <class T>
std::vector<T> from_slots(std::vector<map_slot<T>> slots) {
    if constexpr (std::same_as<map_slot<T>, T>) {
        return slots;
    } else if constexpr (is_plain<T>) {
        return std::vector<T>(slots.begin(), slots.end());
    } else {
        std::vector<T> values;
        values.reserve(slots.size());
        for (auto& each : slots) values.push_back(std::move(*each));
        return values;
    }
}

}  // namespace impl

/// Calls `function` with each element of `range`, in parallel.
///
/// `function` is called by several threads at a time. `range` has random access and a size. `where`
/// is a thread_pool, or awaited() of one.
/// Returns: a vector of the results in the order of the range (std::reference_wrapper for
/// references); for awaited() a task of that. Results need only be movable.
/// Throws: what the first call that failed threw, once those that had begun have ended; no more
/// begin then. std::logic_error for a thread_pool on a thread that runs an event loop: there
/// co_await it with awaited().
/// Cancel: calls that have not begun do not; `cancelled` once the others have ended.
/// Thread: any other; on a worker of the pool it takes part itself.
template <impl::parallel_place Where, impl::divisible_range R, class F>
    requires std::invocable<F&, std::ranges::range_reference_t<R>> &&
    std::move_constructible<impl::mapped_value<F, R>>
#if defined(__clang__)
[[clang::coro_wrapper, clang::coro_disable_lifetimebound]]
#endif
auto parallel_map(Where&& where, R&& range, F&& function, parallel_options how = {}) {
    using T = impl::mapped_value<F, R>;
    return impl::compute(where, [kept_range = impl::held<R>{std::forward<R>(range)},
                                 kept = impl::held<F>{std::forward<F>(function)},
                                 grain = how.grain](impl::computation& all) mutable {
        const auto first = impl::first_of(kept_range.value);
        const std::size_t count = impl::size_of(kept_range.value);
        std::vector<impl::map_slot<T>> slots(count);
        impl::map_part<std::remove_const_t<decltype(first)>, std::remove_reference_t<F>, T> part{
            kept.value, first, slots.data()};
        impl::split_lazily(all, part, 0, count, grain);
        all.finish();
        return impl::from_slots<T>(std::move(slots));
    });
}

}  // namespace troika
