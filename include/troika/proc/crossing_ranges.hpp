// SPDX-License-Identifier: MIT
#pragma once

#include <troika/proc/crossing_aggregates.hpp>
#include <troika/proc/crossing_values.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

// How strings and containers cross: the number of elements, then each. Arrays have no number.

namespace troika::impl {

/// Room for `count` elements that have been announced, but not much more than what is left of the
/// message could fill: the elements may take less of it than of memory.
template <class T>
std::size_t trusted_room(const wire_reader& from, std::size_t count) {
    return static_cast<std::size_t>(
        std::min<std::uint64_t>(count, from.remaining() / sizeof(T) * 4 + 16));
}

template <class T>
void write_bulk(wire_writer& to, const T* data, std::size_t count) {
    to.put(std::uint64_t{count});
    to.bulk(std::as_bytes(std::span{data, count}));
}

/// Appends `count` elements to a string or vector, by append(first, count), which copies them:
/// memory is touched once.
template <class T, class Append>
void read_bulk(wire_reader& from, std::size_t count, Append append) {
    constexpr std::size_t step_bytes = 4096;
    constexpr std::size_t step = std::max<std::size_t>(1, step_bytes / sizeof(T));
    from.begin_bulk(std::uint64_t{count} * sizeof(T));
    while (count > 0) {
        const std::span<const std::byte> piece = from.peek();
        std::size_t whole = std::min(count, piece.size() / sizeof(T));
        const auto address = reinterpret_cast<std::uintptr_t>(piece.data());
        if (whole > 0 && address % alignof(T) == 0) {
            append(reinterpret_cast<const T*>(piece.data()), whole);
            from.skip(whole * sizeof(T));
        } else {
            // Elements that are cut in two, or lie askew.
            whole = std::clamp(whole, std::size_t{1}, step);
            T aligned[step];
            from.copy(std::as_writable_bytes(std::span{aligned, whole}));
            append(aligned, whole);
        }
        count -= whole;
    }
}

template <class C, class Traits, class A>
struct codec<std::basic_string<C, Traits, A>> : crosses_with<C> {
    using text = std::basic_string<C, Traits, A>;
    static_assert(is_bitwise<C>);
    static constexpr std::size_t size_min = sizeof(std::uint64_t);
    static void write(wire_writer& to, const text& value) {
        write_bulk(to, value.data(), value.size());
    }
    static text read(wire_reader& from) {
        const std::size_t count = from.length(sizeof(C));
        text value;
        value.reserve(count);
        read_bulk<C>(from, count, [&](const C* first, std::size_t n) { value.append(first, n); });
        return value;
    }
};

template <class T, class A>
struct codec<std::vector<T, A>> : crosses_with<T> {
    static constexpr std::size_t size_min = sizeof(std::uint64_t);
    static void write(wire_writer& to, const std::vector<T, A>& value) {
        if constexpr (is_bitwise<T>) {
            write_bulk(to, value.data(), value.size());
        } else {
            to.put(std::uint64_t{value.size()});
            for (const T& each : value) write_element(to, each);
        }
    }
    static std::vector<T, A> read(wire_reader& from) {
        std::vector<T, A> value;
        const std::size_t count = from.length(element_size_min<T>);
        if constexpr (is_bitwise<T> && sizeof(T) <= wire_writer::reference_bytes_min) {
            value.reserve(count);
            read_bulk<T>(from, count, [&](const T* first, std::size_t n) {
                value.insert(value.end(), first, first + n);
            });
        } else if constexpr (is_bitwise<T>) {
            // Elements that are too large for the stack.
            from.begin_bulk(std::uint64_t{count} * sizeof(T));
            value.resize(count);
            from.copy(std::as_writable_bytes(std::span{value.data(), count}));
        } else {
            value.reserve(trusted_room<T>(from, count));
            for (std::size_t i = 0; i < count; ++i) value.push_back(read_element<T>(from));
        }
        return value;
    }
};

/// Eight to a byte.
template <class A>
struct codec<std::vector<bool, A>> : always_crosses {
    static constexpr std::size_t size_min = sizeof(std::uint64_t);
    static void write(wire_writer& to, const std::vector<bool, A>& value) {
        to.put(std::uint64_t{value.size()});
        unsigned byte = 0;
        for (std::size_t bit = 0; bit < value.size(); ++bit) {
            byte |= static_cast<unsigned>(value[bit]) << bit % 8;
            if (bit % 8 == 7 || bit + 1 == value.size()) {
                to.put(static_cast<std::uint8_t>(byte));
                byte = 0;
            }
        }
    }
    static std::vector<bool, A> read(wire_reader& from) {
        const auto count = from.get<std::uint64_t>();
        if (count / 8 + (count % 8 != 0) > from.remaining()) [[unlikely]]
            wire_reader::fail("a message announces " + std::to_string(count) +
                              " bits, but has only " + std::to_string(from.remaining()) +
                              " bytes left");
        std::vector<bool, A> value(static_cast<std::size_t>(count));
        unsigned byte = 0;
        for (std::size_t bit = 0; bit < value.size(); ++bit) {
            if (bit % 8 == 0) byte = from.get<std::uint8_t>();
            value[bit] = (byte >> bit % 8 & 1u) != 0;
        }
        return value;
    }
};

template <class T, std::size_t N>
inline constexpr bool is_bitwise<std::array<T, N>> =
    N > 0 && is_bitwise<T> && std::is_default_constructible_v<T>;
template <class T, std::size_t N>
struct codec<std::array<T, N>> : crosses_with<T> {
    static constexpr std::size_t size_min = N * codec<T>::size_min;
    static void write(wire_writer& to, const std::array<T, N>& value) {
        if constexpr (is_bitwise<std::array<T, N>>)
            write_bits(to, value);
        else
            for (const T& each : value) codec<T>::write(to, each);
    }
    static std::array<T, N> read(wire_reader& from) {
        if constexpr (is_bitwise<std::array<T, N>>) {
            std::array<T, N> value;
            read_bits(from, value);
            return value;
        } else if constexpr (N <= 64) {
            return read_each(from, std::make_index_sequence<N>());
        } else {
            std::array<T, N> value;
            for (T& each : value) each = codec<T>::read(from);
            return value;
        }
    }

private:
    template <std::size_t... I>
    static std::array<T, N> read_each(wire_reader& from, std::index_sequence<I...>) {
        (void)from;
        return {(static_cast<void>(I), codec<T>::read(from))...};
    }
};

template <class Container>
void write_elements(wire_writer& to, const Container& value) {
    to.put(std::uint64_t{value.size()});
    for (const auto& each : value) write_element(to, each);
}

/// std::list and std::deque.
template <class Container>
struct sequence_codec : crosses_with<typename Container::value_type> {
    using element = typename Container::value_type;
    static constexpr std::size_t size_min = sizeof(std::uint64_t);
    static void write(wire_writer& to, const Container& value) { write_elements(to, value); }
    static Container read(wire_reader& from) {
        Container value;
        const std::size_t count = from.length(element_size_min<element>);
        for (std::size_t i = 0; i < count; ++i) value.push_back(read_element<element>(from));
        return value;
    }
};
template <class T, class A>
struct codec<std::deque<T, A>> : sequence_codec<std::deque<T, A>> {};
template <class T, class A>
struct codec<std::list<T, A>> : sequence_codec<std::list<T, A>> {};

/// The key of a map's element as one that can be moved from.
template <class Container>
struct keyed_element {
    using type = typename Container::value_type;
};
template <class Container>
    requires requires { typename Container::mapped_type; }
struct keyed_element<Container> {
    using type = std::pair<typename Container::key_type, typename Container::mapped_type>;
};

/// Sets and maps; in the order in which they were, so that the end is the right place for each.
template <class Container>
struct associative_codec : crosses_with<typename Container::value_type> {
    using element = keyed_element<Container>::type;
    static constexpr std::size_t size_min = sizeof(std::uint64_t);
    static void write(wire_writer& to, const Container& value) { write_elements(to, value); }
    static Container read(wire_reader& from) {
        Container value;
        const std::size_t count = from.length(element_size_min<element>);
        if constexpr (requires { value.reserve(count); })
            value.reserve(trusted_room<element>(from, count));
        for (std::size_t i = 0; i < count; ++i)
            value.emplace_hint(value.end(), read_element<element>(from));
        return value;
    }
};
template <class K, class C, class A>
struct codec<std::set<K, C, A>> : associative_codec<std::set<K, C, A>> {};
template <class K, class C, class A>
struct codec<std::multiset<K, C, A>> : associative_codec<std::multiset<K, C, A>> {};
template <class K, class V, class C, class A>
struct codec<std::map<K, V, C, A>> : associative_codec<std::map<K, V, C, A>> {};
template <class K, class V, class C, class A>
struct codec<std::multimap<K, V, C, A>> : associative_codec<std::multimap<K, V, C, A>> {};
template <class K, class H, class E, class A>
struct codec<std::unordered_set<K, H, E, A>> : associative_codec<std::unordered_set<K, H, E, A>> {};
template <class K, class H, class E, class A>
struct codec<std::unordered_multiset<K, H, E, A>>
    : associative_codec<std::unordered_multiset<K, H, E, A>> {};
template <class K, class V, class H, class E, class A>
struct codec<std::unordered_map<K, V, H, E, A>>
    : associative_codec<std::unordered_map<K, V, H, E, A>> {};
template <class K, class V, class H, class E, class A>
struct codec<std::unordered_multimap<K, V, H, E, A>>
    : associative_codec<std::unordered_multimap<K, V, H, E, A>> {};

}  // namespace troika::impl
