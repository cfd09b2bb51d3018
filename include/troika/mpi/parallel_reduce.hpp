// SPDX-License-Identifier: MIT
#pragma once

#include <troika/mpi/mpi_pool.hpp>
#include <troika/mpi/rank_threads.hpp>
#include <troika/pool/parallel_reduce.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <functional>
#include <ranges>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace troika {

/// How parallel_reduce() over ranks goes about it.
struct rank_reduce_options {
    /// Elements that a rank is given at a time. 0: so many that each rank is asked about eight
    /// times, and one that is slow gets less.
    std::size_t chunk = 0;
};

namespace impl {

/// A function object without a state, made anew.
template <class F>
F remade() {
    return std::bit_cast<F>(std::array<std::byte, sizeof(F)>{});
}

/// What a rank does with its chunk, which is not empty.
template <class V, class T, class Op, class Transform>
T reduce_on_rank(const std::vector<V>& chunk) {
    auto op = remade<Op>();
    auto transform = remade<Transform>();
    T first = static_cast<T>(std::invoke(transform, chunk.front()));
    return parallel_reduce(rank_threads(), std::span(chunk).subspan(1), std::move(first), op,
                           transform);
}

}  // namespace impl

/// op(... op(op(init, transform(a)), transform(b)) ..., transform(z)) over the elements of `range`,
/// in any grouping, in order: `op` has to be associative. Each rank computes its chunks with
/// rank_threads().
///
/// `op` and `transform` are sent by their types: function objects that hold nothing, as std::plus<>
/// or a lambda that captures nothing. Elements are copied to the ranks.
/// Returns: T, the type of `init`; for an empty range that is `init`.
/// Throws: what a call threw; worker_died; as mpi_pool::map. Thread: as mpi_pool::map.
template <std::ranges::input_range R, class T, class Op, class Transform = impl::unchanged>
    requires impl::stateless<std::decay_t<Op>> && impl::stateless<std::decay_t<Transform>>
T parallel_reduce(mpi_pool& ranks, R&& range, T init, Op, Transform = {},
                  rank_reduce_options how = {}) {
    using value = std::ranges::range_value_t<R>;
    std::size_t size = how.chunk;
    if (size == 0) {
        if constexpr (std::ranges::sized_range<R>)
            size = static_cast<std::size_t>(std::ranges::size(range)) / (8 * ranks.size());
        else
            size = 10'000;
        size = std::max<std::size_t>(size, 1);
    }
    std::vector<std::vector<value>> chunks;
    for (auto&& each : range) {
        if (chunks.empty() || chunks.back().size() == size) {
            chunks.emplace_back();
            chunks.back().reserve(size);
        }
        chunks.back().push_back(static_cast<value>(each));
    }
    constexpr auto one = &impl::reduce_on_rank<value, T, std::decay_t<Op>, std::decay_t<Transform>>;
    auto op = impl::remade<std::decay_t<Op>>();
    for (T part : ranks.map<one>(chunks)) init = std::invoke(op, std::move(init), std::move(part));
    return init;
}

}  // namespace troika
