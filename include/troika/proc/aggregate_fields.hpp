// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

// The fields of an aggregate: how many there are, and a way to visit them. The language does not
// tell, so they are counted by trying with how many initializers the aggregate can be made.

namespace troika::impl {

inline constexpr std::size_t fields_max = 16;
// Elements of C arrays count as initializers.
inline constexpr std::size_t initializers_max = 256;

/// Converts to whatever a field is. Never called.
struct anything {
    explicit anything(std::size_t);
    template <class T>
    operator T() const;
};

/// Converts to the bases of T only.
template <class T>
struct base_of {
    explicit base_of(std::size_t);
    template <class B>
        requires(std::is_base_of_v<B, T> && !std::is_same_v<B, T>)
    operator B() const;
};

template <class T, class... Initializers>
concept made_of = requires { T{std::declval<Initializers>()...}; };

template <class T, std::size_t... Before, std::size_t... Within, std::size_t... After>
consteval bool made_with_braces(std::index_sequence<Before...>, std::index_sequence<Within...>,
                                std::index_sequence<After...>) {
    return requires { T{anything(Before)..., {anything(Within)...}, anything(After)...}; };
}
template <class T, std::size_t Before, std::size_t Within, std::size_t After>
consteval bool made_with_braces() {
    return made_with_braces<T>(std::make_index_sequence<Before>(),
                               std::make_index_sequence<Within>(),
                               std::make_index_sequence<After>());
}

template <class T, std::size_t... I>
consteval bool made_with(std::index_sequence<I...>) {
    return requires { T{anything(I)...}; };
}

template <class T, std::size_t... I>
consteval bool made_in_parentheses(std::index_sequence<I...>) {
    return requires { T(anything(I)...); };
}

/// The largest number of initializers, those of the elements of C arrays counted one by one;
/// initializers_max + 1 when there are too many, or T cannot be made this way at all.
template <class T, std::size_t N = 0, bool Found = false>
consteval std::size_t initializers() {
    if constexpr (N > initializers_max)
        return N;
    else if constexpr (made_with<T>(std::make_index_sequence<N>()))
        return initializers<T, N + 1, true>();
    else if constexpr (Found)
        return N - 1;
    else
        return initializers<T, N + 1, false>();   // a field cannot be left out
}

/// How many of the initializers belong to the field that begins with the one at `Index`.
template <class T, std::size_t Index, std::size_t Total, std::size_t Size = Total - Index>
consteval std::size_t initializers_of_field() {
    if constexpr (Size <= 1) {
        return 1;
    } else {
        // An array of this size, since what follows it can be given, and nothing more.
        constexpr std::size_t after = Total - Index - Size;
        if constexpr (made_with_braces<T, Index, Size, after>() &&
                      !made_with_braces<T, Index, Size, after + 1>())
            return Size;
        else
            return initializers_of_field<T, Index, Total, Size - 1>();
    }
}

template <class T, std::size_t Total, std::size_t Index = 0, std::size_t Fields = 0>
consteval std::size_t count_fields() {
    if constexpr (Index == Total)
        return Fields;
    else
        return count_fields<T, Total, Index + initializers_of_field<T, Index, Total>(),
                            Fields + 1>();
}

inline constexpr std::size_t no_fields_known = ~std::size_t{0};

template <class T>
consteval std::size_t find_field_count() {
    if constexpr (!std::is_class_v<T> || !std::is_aggregate_v<T>) {
        return no_fields_known;
    } else if constexpr (std::is_empty_v<T>) {
        return 0;
    } else if constexpr (made_of<T, base_of<T>>) {
        return no_fields_known;
    } else {
        constexpr std::size_t total = initializers<T>();
        if constexpr (total > initializers_max) {
            return no_fields_known;
        } else if constexpr (made_in_parentheses<T>(std::make_index_sequence<total>())) {
            return total > fields_max ? no_fields_known : total;   // no C array among them
        } else {
            constexpr std::size_t fields = count_fields<T, total>();
            return fields > fields_max ? no_fields_known : fields;
        }
    }
}

/// How many fields the aggregate T has; no_fields_known when it is none, has more than fields_max,
/// or fields that cannot be told: those of a base class, references, C arrays of more than
/// initializers_max elements.
template <class T>
inline constexpr std::size_t field_count = find_field_count<T>();

/// Calls `f` with all fields of `value` in order. Returns: what it returns.
template <class T, class F>
constexpr decltype(auto) with_fields(T& value, F&& f) {
    constexpr std::size_t n = field_count<std::remove_const_t<T>>;
    static_assert(n <= fields_max);
    if constexpr (n == 0) {
        return f();
    } else if constexpr (n == 1) {
        auto& [a] = value;
        return f(a);
    } else if constexpr (n == 2) {
        auto& [a, b] = value;
        return f(a, b);
    } else if constexpr (n == 3) {
        auto& [a, b, c] = value;
        return f(a, b, c);
    } else if constexpr (n == 4) {
        auto& [a, b, c, d] = value;
        return f(a, b, c, d);
    } else if constexpr (n == 5) {
        auto& [a, b, c, d, e] = value;
        return f(a, b, c, d, e);
    } else if constexpr (n == 6) {
        auto& [a, b, c, d, e, g] = value;
        return f(a, b, c, d, e, g);
    } else if constexpr (n == 7) {
        auto& [a, b, c, d, e, g, h] = value;
        return f(a, b, c, d, e, g, h);
    } else if constexpr (n == 8) {
        auto& [a, b, c, d, e, g, h, i] = value;
        return f(a, b, c, d, e, g, h, i);
    } else if constexpr (n == 9) {
        auto& [a, b, c, d, e, g, h, i, j] = value;
        return f(a, b, c, d, e, g, h, i, j);
    } else if constexpr (n == 10) {
        auto& [a, b, c, d, e, g, h, i, j, k] = value;
        return f(a, b, c, d, e, g, h, i, j, k);
    } else if constexpr (n == 11) {
        auto& [a, b, c, d, e, g, h, i, j, k, l] = value;
        return f(a, b, c, d, e, g, h, i, j, k, l);
    } else if constexpr (n == 12) {
        auto& [a, b, c, d, e, g, h, i, j, k, l, m] = value;
        return f(a, b, c, d, e, g, h, i, j, k, l, m);
    } else if constexpr (n == 13) {
        auto& [a, b, c, d, e, g, h, i, j, k, l, m, o] = value;
        return f(a, b, c, d, e, g, h, i, j, k, l, m, o);
    } else if constexpr (n == 14) {
        auto& [a, b, c, d, e, g, h, i, j, k, l, m, o, p] = value;
        return f(a, b, c, d, e, g, h, i, j, k, l, m, o, p);
    } else if constexpr (n == 15) {
        auto& [a, b, c, d, e, g, h, i, j, k, l, m, o, p, q] = value;
        return f(a, b, c, d, e, g, h, i, j, k, l, m, o, p, q);
    } else {
        auto& [a, b, c, d, e, g, h, i, j, k, l, m, o, p, q, r] = value;
        return f(a, b, c, d, e, g, h, i, j, k, l, m, o, p, q, r);
    }
}

/// Types in a row.
template <class... T>
struct type_list {};

struct list_types {
    template <class... T>
    constexpr type_list<T...> operator()(const T&...) const {
        return {};
    }
};

/// The fields' types, without const. Requires: field_count<T> is known.
template <class T>
using field_types = decltype(with_fields(std::declval<T&>(), list_types()));

}  // namespace troika::impl
