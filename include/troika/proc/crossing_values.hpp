// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/std_parts.hpp>
#include <troika/proc/crossing_aggregates.hpp>

#include <bitset>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <tuple>
#include <utility>
#include <variant>

// How single values cross: numbers, enums, and the vocabulary types of the standard library.

namespace troika::impl {

/// Of what is made of nothing that could be refused.
struct always_crosses {
    template <class... Seen>
    static consteval refusal why() {
        return refusal::none;
    }
};
/// Of what crosses when all parts do.
template <class... Parts>
struct crosses_with {
    template <class... Seen>
    static consteval refusal why() {
        return why_not_any<type_list<std::remove_const_t<Parts>...>, Seen...>::value();
    }
};

template <class T>
    requires std::is_arithmetic_v<T>
struct codec<T> : always_crosses {
    static constexpr std::size_t size_min = sizeof(T);
    static void write(wire_writer& to, const T& value) { to.put(value); }
    static T read(wire_reader& from) { return from.get<T>(); }
};

template <>
struct codec<bool> : always_crosses {
    static constexpr std::size_t size_min = 1;
    static void write(wire_writer& to, const bool& value) {
        to.put(static_cast<std::uint8_t>(value));
    }
    static bool read(wire_reader& from) {
        const auto byte = from.get<std::uint8_t>();
        if (byte > 1) [[unlikely]]
            wire_reader::fail("a message has " + std::to_string(byte) + " for a bool");
        return byte == 1;
    }
};

/// Some of its bytes may be padding, which nobody has set.
template <>
struct codec<long double> : always_crosses {
    static constexpr std::size_t size_min = sizeof(long double);
    static void write(wire_writer& to, const long double& value) {
        constexpr bool is_padded = std::numeric_limits<long double>::digits == 64;
        std::byte bytes[sizeof value]{};
        std::memcpy(bytes, &value, is_padded ? 10 : sizeof value);
        to.put(bytes);
    }
    static long double read(wire_reader& from) { return from.get<long double>(); }
};

template <class T>
    requires std::is_enum_v<T>
struct codec<T> : always_crosses {
    using number = std::underlying_type_t<T>;
    static constexpr std::size_t size_min = sizeof(number);
    static void write(wire_writer& to, const T& value) {
        codec<number>::write(to, static_cast<number>(value));
    }
    static T read(wire_reader& from) { return static_cast<T>(codec<number>::read(from)); }
};

template <>
struct codec<std::monostate> : always_crosses {
    static constexpr std::size_t size_min = 0;
    static void write(wire_writer&, const std::monostate&) {}
    static std::monostate read(wire_reader&) { return {}; }
};

template <class Rep, class Period>
inline constexpr bool is_bitwise<std::chrono::duration<Rep, Period>> = is_bitwise<Rep>;
template <class Rep, class Period>
struct codec<std::chrono::duration<Rep, Period>> : crosses_with<Rep> {
    using duration = std::chrono::duration<Rep, Period>;
    static constexpr std::size_t size_min = codec<Rep>::size_min;
    static void write(wire_writer& to, const duration& value) {
        codec<Rep>::write(to, value.count());
    }
    static duration read(wire_reader& from) { return duration(codec<Rep>::read(from)); }
};

/// All processes of a machine share the steady clock as well.
template <class Clock, class Duration>
inline constexpr bool is_bitwise<std::chrono::time_point<Clock, Duration>> = is_bitwise<Duration>;
template <class Clock, class Duration>
struct codec<std::chrono::time_point<Clock, Duration>> : crosses_with<Duration> {
    using time_point = std::chrono::time_point<Clock, Duration>;
    static constexpr std::size_t size_min = codec<Duration>::size_min;
    static void write(wire_writer& to, const time_point& value) {
        codec<Duration>::write(to, value.time_since_epoch());
    }
    static time_point read(wire_reader& from) { return time_point(codec<Duration>::read(from)); }
};

template <class A, class B>
struct codec<std::pair<A, B>> : crosses_with<A, B> {
    static constexpr std::size_t size_min =
        codec<std::remove_const_t<A>>::size_min + codec<std::remove_const_t<B>>::size_min;
    static void write(wire_writer& to, const std::pair<A, B>& value) {
        codec<std::remove_const_t<A>>::write(to, value.first);
        codec<std::remove_const_t<B>>::write(to, value.second);
    }
    static std::pair<A, B> read(wire_reader& from) {
        auto first = codec<std::remove_const_t<A>>::read(from);
        return {std::move(first), codec<std::remove_const_t<B>>::read(from)};
    }
};

template <class... T>
struct codec<std::tuple<T...>> : crosses_with<T...> {
    static constexpr std::size_t size_min = (codec<std::remove_const_t<T>>::size_min + ... + 0);
    static void write(wire_writer& to, const std::tuple<T...>& value) {
        std::apply([&](const auto&... each) { (write_value(to, each), ...); }, value);
    }
    static std::tuple<T...> read(wire_reader& from) {
        (void)from;
        return std::tuple<T...>{codec<std::remove_const_t<T>>::read(from)...};
    }
};

template <class T>
struct codec<std::optional<T>> : crosses_with<T> {
    static constexpr std::size_t size_min = 1;
    static void write(wire_writer& to, const std::optional<T>& value) {
        codec<bool>::write(to, value.has_value());
        if (value) codec<T>::write(to, *value);
    }
    static std::optional<T> read(wire_reader& from) {
        if (!codec<bool>::read(from)) return std::nullopt;
        return std::optional<T>(codec<T>::read(from));
    }
};

/// As the value that it owns, or none.
template <class T>
struct codec<std::unique_ptr<T>> {
    using bare = std::remove_const_t<T>;
    static constexpr std::size_t size_min = 1;
    template <class... Seen>
    static consteval refusal why() {
        if constexpr (std::is_array_v<T> || std::is_polymorphic_v<T>)
            return refusal::base_pointer;
        else
            return why_not<bare, Seen...>();
    }
    static void write(wire_writer& to, const std::unique_ptr<T>& value) {
        codec<bool>::write(to, value != nullptr);
        if (value) codec<bare>::write(to, *value);
    }
    static std::unique_ptr<T> read(wire_reader& from) {
        if (!codec<bool>::read(from)) return nullptr;
        return std::unique_ptr<T>(new bare(codec<bare>::read(from)));
    }
};

template <class... T>
struct codec<std::variant<T...>> : crosses_with<T...> {
    static constexpr std::size_t size_min = sizeof(std::uint16_t);
    static_assert(sizeof...(T) < USHRT_MAX);

    static void write(wire_writer& to, const std::variant<T...>& value) {
        if (value.valueless_by_exception())
            throw wire_error("a variant without a value cannot cross to another process");
        to.put(static_cast<std::uint16_t>(value.index()));
        std::visit([&](const auto& each) { write_value(to, each); }, value);
    }
    static std::variant<T...> read(wire_reader& from) {
        const auto index = from.get<std::uint16_t>();
        if (index >= sizeof...(T)) [[unlikely]]
            wire_reader::fail("a message has alternative " + std::to_string(index) +
                              " for a variant of " + std::to_string(sizeof...(T)));
        return read_alternative<0>(from, index);
    }

private:
    template <std::size_t I>
    static std::variant<T...> read_alternative(wire_reader& from, std::size_t index) {
        if constexpr (I + 1 < sizeof...(T))
            if (index != I) return read_alternative<I + 1>(from, index);
        using alternative = std::variant_alternative_t<I, std::variant<T...>>;
        return std::variant<T...>(std::in_place_index<I>,
                                  codec<std::remove_const_t<alternative>>::read(from));
    }
};

template <class T, class E>
struct codec<std::expected<T, E>> : crosses_with<T, E> {
    static constexpr std::size_t size_min = 1;
    static void write(wire_writer& to, const std::expected<T, E>& value) {
        codec<bool>::write(to, value.has_value());
        if (value)
            codec<T>::write(to, *value);
        else
            codec<E>::write(to, value.error());
    }
    static std::expected<T, E> read(wire_reader& from) {
        if (codec<bool>::read(from)) return std::expected<T, E>(codec<T>::read(from));
        return std::expected<T, E>(std::unexpect, codec<E>::read(from));
    }
};
template <class E>
struct codec<std::expected<void, E>> : crosses_with<E> {
    static constexpr std::size_t size_min = 1;
    static void write(wire_writer& to, const std::expected<void, E>& value) {
        codec<bool>::write(to, value.has_value());
        if (!value) codec<E>::write(to, value.error());
    }
    static std::expected<void, E> read(wire_reader& from) {
        if (codec<bool>::read(from)) return {};
        return std::expected<void, E>(std::unexpect, codec<E>::read(from));
    }
};

template <std::size_t N>
struct codec<std::bitset<N>> : always_crosses {
    static constexpr std::size_t size_min = (N + 7) / 8;
    static void write(wire_writer& to, const std::bitset<N>& value) {
        for (std::size_t begin = 0; begin < N; begin += 8) {
            unsigned byte = 0;
            for (std::size_t bit = begin; bit < N && bit < begin + 8; ++bit)
                byte |= static_cast<unsigned>(value[bit]) << (bit - begin);
            to.put(static_cast<std::uint8_t>(byte));
        }
    }
    static std::bitset<N> read(wire_reader& from) {
        std::bitset<N> value;
        for (std::size_t begin = 0; begin < N; begin += 8) {
            const unsigned byte = from.get<std::uint8_t>();
            for (std::size_t bit = begin; bit < N && bit < begin + 8; ++bit)
                value[bit] = (byte >> (bit - begin) & 1u) != 0;
        }
        return value;
    }
};

/// std::complex by its looks, so that its header is not needed: a class derived from it would give
/// the base back.
template <class T>
concept looks_complex = std::is_class_v<T> && !std::is_aggregate_v<T> && requires(T& value) {
    typename T::value_type;
    requires std::is_floating_point_v<typename T::value_type>;
    requires sizeof(T) == 2 * sizeof(typename T::value_type);
    { value += value } -> std::same_as<T&>;
    { value *= value } -> std::same_as<T&>;
    { value.real() } -> std::same_as<typename T::value_type>;
    { value.imag() } -> std::same_as<typename T::value_type>;
    T(value.real(), value.imag());
};
template <class T>
    requires looks_complex<T>
inline constexpr bool is_bitwise<T> = is_bitwise<typename T::value_type>;
template <class T>
    requires looks_complex<T>
struct codec<T> : always_crosses {
    using number = typename T::value_type;
    static constexpr std::size_t size_min = 2 * sizeof(number);
    static void write(wire_writer& to, const T& value) {
        codec<number>::write(to, value.real());
        codec<number>::write(to, value.imag());
    }
    static T read(wire_reader& from) {
        const number real = codec<number>::read(from);
        return T(real, codec<number>::read(from));
    }
};

/// std::filesystem::path, as above.
template <class T>
concept looks_like_path = std::is_class_v<T> && requires(const T& value) {
    typename T::string_type;
    T::preferred_separator;
    { value.native() } -> std::same_as<const typename T::string_type&>;
    { value.parent_path() } -> std::same_as<T>;
    T(typename T::string_type());
};
template <class T>
    requires looks_like_path<T>
struct codec<T> : always_crosses {
    using text = typename T::string_type;
    static constexpr std::size_t size_min = codec<text>::size_min;
    static void write(wire_writer& to, const T& value) { codec<text>::write(to, value.native()); }
    static T read(wire_reader& from) { return T(codec<text>::read(from)); }
};

/// The category by its name; see error_category.hpp.
void write_error_code(wire_writer& to, const std::error_code& code);
std::error_code read_error_code(wire_reader& from);

template <>
struct codec<std::error_code> : always_crosses {
    static constexpr std::size_t size_min = 1;
    static void write(wire_writer& to, const std::error_code& code) { write_error_code(to, code); }
    static std::error_code read(wire_reader& from) { return read_error_code(from); }
};

}  // namespace troika::impl
