// SPDX-License-Identifier: MIT
#pragma once

#include <troika/pool/awaited.hpp>
#include <troika/pool/split.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

namespace troika {

/// How parallel_reduce() goes about it.
struct reduce_options {
    std::size_t grain = 0;   ///< as parallel_options::grain
    /// Combine in the same order whoever does what: the result then depends on the elements and the
    /// grain alone, to the last bit, and neither on the number of workers nor on chance.
    bool deterministic = false;
};

namespace impl {

/// What leaves the elements as they are.
struct unchanged {
    template <class T>
    constexpr T&& operator()(T&& value) const noexcept {
        return std::forward<T>(value);
    }
};

template <class T, class It, class Op, class Transform>
concept reduction = std::move_constructible<T> && std::is_move_assignable_v<T> &&
    std::invocable<Transform&, std::iter_reference_t<It>> &&
    std::constructible_from<T, std::invoke_result_t<Transform&, std::iter_reference_t<It>>> &&
    std::invocable<Op&, T, T> &&
    std::invocable<Op&, T, std::invoke_result_t<Transform&, std::iter_reference_t<It>>> &&
    std::convertible_to<std::invoke_result_t<Op&, T, T>, T>;

/// Combines elements from left to right.
template <class T, class It, class Op, class Transform>
class reduce_part {
public:
    reduce_part(It first, Op& op, Transform& transform)
        : first_(first), op_(op), transform_(transform) {}

    void run(std::size_t begin, std::size_t end) {
        It at = advanced(first_, begin);
        std::size_t left = end - begin;
        if constexpr (wants_lanes)
            for (; left >= lane_count * lane_length; left -= lane_count * lane_length) {
                add(sum_lanes(at));
                at = advanced(at, lane_count * lane_length);
            }
        if (left == 0) return;
        T sum(element(at));
        for (++at; --left > 0; ++at) sum = std::invoke(op_, std::move(sum), element(at));
        add(std::move(sum));
    }
    [[nodiscard]] reduce_part fresh() const { return {first_, op_, transform_}; }
    void join(reduce_part& after) {
        if (after.sum_) add(std::move(*after.sum_));
    }

    /// What all elements came to; nothing when there were none.
    std::optional<T>& sum() noexcept { return sum_; }

private:
    // Sums of floating-point numbers and the like wait for the one before: several at a time, each
    // of neighbours, keep the processor busy without a change of order. Integers are regrouped by
    // the compiler as it likes.
    static constexpr bool wants_lanes =
        std::is_trivially_copyable_v<T> && sizeof(T) <= 32 && !std::is_integral_v<T>;
    static constexpr std::size_t lane_count = 8;
    static constexpr std::size_t lane_length = 8;

    using given = std::invoke_result_t<Transform&, std::iter_reference_t<It>>;
    // A reference to an element that is made when it is asked for would dangle.
    using element_type =
        std::conditional_t<std::is_reference_v<std::iter_reference_t<It>>, given,
                           std::remove_cvref_t<given>>;

    element_type element(const It& at) { return std::invoke(transform_, *at); }

    void add(T more) {
        if (sum_)
            sum_.emplace(std::invoke(op_, std::move(*sum_), std::move(more)));
        else
            sum_.emplace(std::move(more));
    }

    T sum_lanes(const It& at) { return sum_lanes(at, std::make_index_sequence<lane_count>{}); }
    template <std::size_t... I>
    T sum_lanes(const It& at, std::index_sequence<I...>) {
        std::array<T, lane_count> lanes{T(element(advanced(at, I * lane_length)))...};
        for (std::size_t step = 1; step < lane_length; ++step)
            ((lanes[I] = std::invoke(op_, std::move(lanes[I]),
                                     element(advanced(at, I * lane_length + step)))),
             ...);
        for (std::size_t width = 1; width < lane_count; width *= 2)
            for (std::size_t i = 0; i < lane_count; i += 2 * width)
                lanes[i] = std::invoke(op_, std::move(lanes[i]), std::move(lanes[i + width]));
        return lanes[0];
    }

    It first_;
    Op& op_;
    Transform& transform_;
    std::optional<T> sum_;
};

/// The size of the pieces of a reduction whose order is fixed: it depends on `count` alone.
constexpr std::size_t even_grain(std::size_t count) noexcept {
    return std::clamp<std::size_t>(count / 1024, 1, 4096);
}

}  // namespace impl

/// Combines `init` and `transform` of each element of `range` by `op`, in parallel: for
/// op = std::plus, the sum of them.
///
/// `op` has to be associative, op(op(a, b), c) == op(a, op(b, c)), as far as you care; it need not
/// be commutative, for all is combined in order. It takes two values of T, or a T and a transformed
/// element. Both functions are called by several threads at a time. `range` has random access and
/// a size. `where` is a thread_pool, or awaited() of one.
/// Returns: T, the type of `init`; for awaited() a task<T>. For an empty range that is `init`.
/// Throws: what the first call that failed threw, once those that had begun have ended; no more
/// begin then. std::logic_error for a thread_pool on a thread that runs an event loop: there
/// co_await it with awaited().
/// Cancel: what has not begun does not; `cancelled` once the rest has ended.
/// Thread: any other; on a worker of the pool it takes part itself.
template <impl::parallel_place Where, impl::divisible_range R, class T, class Op, class Transform>
    requires impl::reduction<T, std::ranges::iterator_t<R>, Op, Transform>
#if defined(__clang__)
[[clang::coro_wrapper, clang::coro_disable_lifetimebound]]
#endif
auto parallel_reduce(Where&& where, R&& range, T init, Op&& op, Transform&& transform,
                     reduce_options how = {}) {
    return impl::compute(
        where,
        [kept_range = impl::held<R>{std::forward<R>(range)},
         kept_op = impl::held<Op>{std::forward<Op>(op)},
         kept_transform = impl::held<Transform>{std::forward<Transform>(transform)},
         start = std::move(init), how](impl::computation& all) mutable -> T {
            const auto first = impl::first_of(kept_range.value);
            const std::size_t count = impl::size_of(kept_range.value);
            impl::reduce_part<T, std::remove_const_t<decltype(first)>, std::remove_reference_t<Op>,
                              std::remove_reference_t<Transform>>
                part(first, kept_op.value, kept_transform.value);
            if (how.deterministic && count > 0) {
                const std::size_t grain = how.grain != 0 ? how.grain : impl::even_grain(count);
                impl::split_evenly(all, part, 0, (count - 1) / grain + 1, grain, count);
            } else {
                impl::split_lazily(all, part, 0, count, how.grain);
            }
            all.finish();
            if (!part.sum()) return std::move(start);
            return std::invoke(kept_op.value, std::move(start), std::move(*part.sum()));
        });
}
template <impl::parallel_place Where, impl::divisible_range R, class T, class Op>
    requires impl::reduction<T, std::ranges::iterator_t<R>, Op, impl::unchanged>
#if defined(__clang__)
[[clang::coro_wrapper, clang::coro_disable_lifetimebound]]
#endif
auto parallel_reduce(Where&& where, R&& range, T init, Op&& op, reduce_options how = {}) {
    return parallel_reduce(std::forward<Where>(where), std::forward<R>(range), std::move(init),
                           std::forward<Op>(op), impl::unchanged{}, how);
}

}  // namespace troika
