// SPDX-License-Identifier: MIT
#pragma once

#include <troika/proc/crossing.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>

// How aggregates cross, C arrays within them, and classes of the user's.

namespace troika::impl {

template <class T>
inline constexpr bool is_bitwise<const T> = is_bitwise<T>;
template <class T, std::size_t N>
inline constexpr bool is_bitwise<T[N]> = is_bitwise<T>;

template <class List>
inline constexpr bool all_bitwise = false;
template <class... T>
inline constexpr bool all_bitwise<type_list<T...>> = (is_bitwise<T> && ...);
template <class List>
inline constexpr std::size_t bytes_of_all = 0;
template <class... T>
inline constexpr std::size_t bytes_of_all<type_list<T...>> = (sizeof(T) + ... + 0);
template <class List>
inline constexpr std::size_t size_min_of_all = 0;
template <class... T>
inline constexpr std::size_t size_min_of_all<type_list<T...>> = (codec<T>::size_min + ... + 0);
template <class List>
inline constexpr bool has_raw_array = false;
template <class... T>
inline constexpr bool has_raw_array<type_list<T...>> = (std::is_array_v<T> || ...);

/// An aggregate whose fields can be told, and that says nothing else about itself.
template <class T>
concept plain_aggregate = std::is_class_v<T> && std::is_aggregate_v<T> && !has_crossing<T> &&
                          !has_tie<T> && field_count<T> != no_fields_known;

/// Without padding, whose bytes nobody has set.
template <class T>
    requires plain_aggregate<T>
inline constexpr bool is_bitwise<T> =
    std::is_trivially_copyable_v<T> && std::is_default_constructible_v<T> &&
    all_bitwise<field_types<T>> && bytes_of_all<field_types<T>> == sizeof(T) &&
    !std::is_empty_v<T>;

template <class T>
    requires std::is_enum_v<T>
inline constexpr bool is_bitwise<T> = is_bitwise<std::underlying_type_t<T>>;

template <class T>
void write_bits(wire_writer& to, const T& value) {
    if constexpr (sizeof(T) < wire_writer::reference_bytes_min)
        to.put(value);
    else
        to.bulk(std::as_bytes(std::span{&value, 1}));
}
template <class T>
void read_bits(wire_reader& from, T& into) {
    from.begin_bulk(sizeof(T));
    from.copy(std::as_writable_bytes(std::span{&into, 1}));
}

/// A user's class, an aggregate, or a type that cannot cross.
template <class T>
struct codec {
    static constexpr std::size_t size_min = [] {
        if constexpr (is_bitwise<T>)
            return sizeof(T);
        else if constexpr (plain_aggregate<T>)
            return size_min_of_all<field_types<T>>;
        else
            return std::size_t{0};
    }();

    template <class... Seen>
    static consteval refusal why() {
        if constexpr (has_crossing<T>)
            return has_fitting_crossing<T> ? refusal::none : refusal::hook;
        else if constexpr (has_tie<T>)
            return why_not_tied<Seen...>();
        else if constexpr (is_bitwise<T>)
            return refusal::none;
        else if constexpr (plain_aggregate<T> && why_not_by_looks<T>() == refusal::fields)
            return why_not_any<field_types<T>, T, Seen...>::value();
        else
            return why_not_by_looks<T>();
    }

    static void write(wire_writer& to, const T& value) {
        if constexpr (has_crossing<T>) {
            const nesting level(to.levels());
            write_by_hook(to, value);
        } else if constexpr (has_tie<T>) {
            const nesting level(to.levels());
            // tie() only names the members.
            std::apply([&](const auto&... fields) { (write_field(to, fields), ...); },
                       const_cast<T&>(value).tie());
        } else if constexpr (is_bitwise<T>) {
            write_bits(to, value);
        } else {
            const nesting level(to.levels());
            with_fields(value, [&](const auto&... fields) { (write_field(to, fields), ...); });
        }
    }

    static T read(wire_reader& from) {
        if constexpr (has_crossing<T>) {
            const nesting level(from.levels());
            return crossing<T>::read(from);
        } else if constexpr (has_tie<T>) {
            const nesting level(from.levels());
            T value{};
            std::apply([&](auto&... fields) { (read_field(from, fields), ...); }, value.tie());
            return value;
        } else if constexpr (is_bitwise<T>) {
            T value;
            read_bits(from, value);
            return value;
        } else if constexpr (has_raw_array<field_types<T>>) {
            const nesting level(from.levels());
            T value{};
            with_fields(value, [&](auto&... fields) { (read_field(from, fields), ...); });
            return value;
        } else {
            const nesting level(from.levels());
            return read_fields(from, static_cast<field_types<T>*>(nullptr));
        }
    }

private:
    template <class... Seen>
    static consteval refusal why_not_tied() {
        if constexpr (!std::is_default_constructible_v<T>)
            return refusal::tie;
        else
            return why_not_any<decltype(std::apply(list_types(), std::declval<T&>().tie())), T,
                               Seen...>::value();
    }

    static void write_by_hook(wire_writer& to, const T& value) {
        if constexpr (requires { requires crossing<T>::parts_only; }) {
            crossing<T>::write(to, value);
        } else {
            const wire_writer::copying all(to);
            crossing<T>::write(to, value);
        }
    }

    template <class F>
    static void write_field(wire_writer& to, const F& field) {
        codec<F>::write(to, field);
    }
    template <class F>
    static void read_field(wire_reader& from, F& field) {
        if constexpr (std::is_array_v<F>)
            codec<F>::read_into(from, field);
        else
            field = codec<F>::read(from);
    }

    // Braces: the fields are read in order. A bit-field gets back what fitted into it.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
    template <class... F>
    static T read_fields(wire_reader& from, type_list<F...>*) {
        (void)from;
        return T{codec<F>::read(from)...};
    }
#pragma GCC diagnostic pop
};

/// A C array within an aggregate.
template <class T, std::size_t N>
struct codec<T[N]> {
    static constexpr std::size_t size_min = codec<T>::size_min * N;

    template <class... Seen>
    static consteval refusal why() {
        if constexpr (sizeof...(Seen) == 0)
            return refusal::raw_array;
        else
            return why_not<T, Seen...>();
    }
    static void write(wire_writer& to, const T (&value)[N]) {
        if constexpr (is_bitwise<T>)
            write_bits(to, value);
        else
            for (const T& each : value) codec<T>::write(to, each);
    }
    static void read_into(wire_reader& from, T (&into)[N]) {
        if constexpr (is_bitwise<T>) {
            read_bits(from, into);
        } else {
            for (T& each : into) {
                if constexpr (std::is_array_v<T>)
                    codec<T>::read_into(from, each);
                else
                    each = codec<T>::read(from);
            }
        }
    }
};

}  // namespace troika::impl
