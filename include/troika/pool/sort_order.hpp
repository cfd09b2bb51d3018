// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/std_parts.hpp>

#include <concepts>
#include <iterator>
#include <type_traits>

namespace troika {

/// What parallel_sort() and parallel_stable_sort() take: a range with random access to elements
/// that exist as objects (not those of `vector<bool>`), which can be moved, and an order of them.
template <class Range, class Compare = std::ranges::less, class Projection = std::identity>
concept parallel_sortable =
    std::ranges::random_access_range<Range> &&
    std::is_lvalue_reference_v<std::iter_reference_t<std::ranges::iterator_t<Range>>> &&
    std::sortable<std::ranges::iterator_t<Range>, Compare, Projection>;

namespace impl {

/// `compare` of what `projection` makes of two elements. Copied freely; refers to both.
template <class Compare, class Projection>
class sort_order {
public:
    sort_order(Compare& compare, Projection& projection) noexcept
        : compare_(compare), projection_(projection) {}

    template <class T>
    bool operator()(T& left, T& right) const {
        if constexpr (std::same_as<Projection, std::identity>)
            return static_cast<bool>(compare_(left, right));
        else
            return static_cast<bool>(compare_(projection_(left), projection_(right)));
    }

private:
    // They know how to call pointers to members, too.
    std::reference_wrapper<Compare> compare_;
    std::reference_wrapper<Projection> projection_;
};

/// Elements that the kernels copy bit by bit into places of their own, which lets them do without
/// branches; others are swapped where they are.
template <class T>
inline constexpr bool sorts_by_copy = std::is_trivially_copyable_v<T> && sizeof(T) <= 32;

template <class It>
using sorted_type = std::iter_value_t<It>;

/// The difference type of `It`, in which the kernels count.
template <class It>
using sort_size = std::iter_difference_t<It>;

}  // namespace impl
}  // namespace troika
