// SPDX-License-Identifier: MIT
#pragma once

#include <troika/proc/aggregate_fields.hpp>
#include <troika/proc/wire_reader.hpp>
#include <troika/proc/wire_writer.hpp>

#include <cstddef>
#include <exception>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

namespace troika {

/// How values of a type of yours cross to another process. Specialize it right after the type:
///
///     template <>
///     struct troika::crossing<account> {
///         static void write(wire_writer& to, const account& from) {
///             to.write(from.number(), from.owner());
///         }
///         static account read(wire_reader& from) {
///             auto number = from.read<long>();   // in the same order
///             return account(number, from.read<std::string>());
///         }
///     };
///
/// What it writes is copied, as it might be temporaries; where all of it is part of the value, say
/// so with `static constexpr bool parts_only = true;`, and large ranges are sent without a copy.
///
/// Aggregates need none: their fields cross one by one, up to 16. Nor do classes with a default
/// constructor and a member `auto tie() { return std::tie(number_, owner_); }`.
template <class T>
struct crossing;

namespace impl {

/// Why a type cannot cross.
enum class refusal : unsigned char {
    none,
    pointer,
    reference,
    view,
    shared,
    base_pointer,
    callable,
    lock,
    raw_array,
    fields,
    hook,
    tie,
    unknown,
};

/// What is known about how a T crosses; specialized for each kind of type:
///     static constexpr std::size_t size_min    bytes of the message that each takes at least
///     template <class... Seen> static consteval refusal why()    those of what it is made of
///     static void write(wire_writer&, const T&)
///     static T read(wire_reader&)
template <class T>
struct codec;

/// Whether memory holds a T just as a message does, and any bits are a T.
template <class T>
inline constexpr bool is_bitwise =
    (std::is_arithmetic_v<T> && !std::is_same_v<T, bool> && !std::is_same_v<T, long double>);

template <class T>
concept has_crossing = requires { sizeof(crossing<T>); };

template <class T>
concept has_fitting_crossing =
    has_crossing<T> && requires(wire_writer& to, wire_reader& from, const T& value) {
        crossing<T>::write(to, value);
        { crossing<T>::read(from) } -> std::same_as<T>;
    };

template <class T>
concept has_tie = std::is_class_v<T> && !has_crossing<T> && requires(T& value) { value.tie(); };

/// What is refused by its looks. Its kind first, then what it can do.
template <class T>
inline constexpr refusal refused_as = refusal::none;
template <class C, class Traits>
inline constexpr refusal refused_as<std::basic_string_view<C, Traits>> = refusal::view;
template <class T, std::size_t N>
inline constexpr refusal refused_as<std::span<T, N>> = refusal::view;
template <class T>
inline constexpr refusal refused_as<std::initializer_list<T>> = refusal::view;
template <class T>
inline constexpr refusal refused_as<std::shared_ptr<T>> = refusal::shared;
template <class T>
inline constexpr refusal refused_as<std::weak_ptr<T>> = refusal::shared;

template <class T>
concept looks_callable = requires { &T::operator(); };
template <class T>
concept looks_bound = requires(T& value) { value.native_handle(); } ||
                      requires { std::declval<T>().operator co_await(); } ||
                      requires(T& value) { value.await_resume(); } ||
                      requires(T& value) { value.get(); value.wait(); } ||
                      requires(T& value) { value.get_future(); };

template <class T>
consteval refusal why_not_by_looks() {
    if constexpr (std::is_reference_v<T>)
        return refusal::reference;
    else if constexpr (std::is_pointer_v<T> || std::is_member_pointer_v<T> ||
                       std::is_null_pointer_v<T>)
        return refusal::pointer;
    else if constexpr (std::is_array_v<T>)
        return refusal::raw_array;
    else if constexpr (std::is_union_v<T>)
        return refusal::fields;
    else if constexpr (!std::is_class_v<T> || std::is_volatile_v<T> || std::is_abstract_v<T>)
        return refusal::unknown;
    else if constexpr (refused_as<T> != refusal::none)
        return refused_as<T>;
    else if constexpr (looks_callable<T>)
        return refusal::callable;
    else if constexpr (!std::is_move_constructible_v<T> || looks_bound<T>)
        return refusal::lock;
    else if constexpr (std::is_aggregate_v<T>)
        return refusal::fields;
    else
        return refusal::unknown;
}

/// Why a T cannot cross, or what it is made of; a type that holds itself is among `Seen` then.
template <class T, class... Seen>
consteval refusal why_not() {
    if constexpr ((std::is_same_v<T, Seen> || ...))
        return refusal::none;
    else if constexpr (!std::is_object_v<T> || std::is_unbounded_array_v<T> ||
                       std::is_abstract_v<T>)
        return why_not_by_looks<T>();
    else
        return codec<T>::template why<Seen...>();
}
template <class List, class... Seen>
struct why_not_any;
template <class... T, class... Seen>
struct why_not_any<type_list<T...>, Seen...> {
    static consteval refusal value() {
        refusal first = refusal::none;
        ((first = first == refusal::none ? why_not<T, Seen...>() : first), ...);
        return first;
    }
};

/// Fails to compile, in plain words, when a T cannot cross.
template <class T>
consteval bool must_cross() {
    constexpr refusal why = why_not<T>();
    static_assert(why != refusal::pointer,
                  "a pointer cannot cross to another process: it means nothing there; send the "
                  "value");
    static_assert(why != refusal::reference,
                  "a reference cannot cross to another process: what it refers to is not there; "
                  "send the value");
    static_assert(why != refusal::view,
                  "a view (string_view, span, initializer_list) cannot cross to another process: "
                  "what it looks at is not there; send the string or the vector");
    static_assert(why != refusal::shared,
                  "a shared_ptr cannot cross to another process: memory is not shared with it; "
                  "send the value, or use a shared_array");
    static_assert(why != refusal::base_pointer,
                  "a unique_ptr to an array or to a class with virtual functions cannot cross to "
                  "another process: what it really points to is not known; send a vector, a "
                  "variant, or give the class a troika::crossing of its own");
    static_assert(why != refusal::callable,
                  "a lambda or function object cannot cross to another process: its code is found "
                  "by the name of a function; name one when compiling, submit<&f>(arguments...)");
    static_assert(why != refusal::lock,
                  "a lock, an atomic, a thread, a future or a task cannot cross to another "
                  "process: it belongs to this one; send plain values");
    static_assert(why != refusal::raw_array,
                  "an array in the style of C cannot cross to another process by itself; send a "
                  "std::array, a std::vector or a std::string");
    static_assert(why != refusal::fields,
                  "this aggregate cannot cross to another process by itself: it is a union, or has "
                  "more than 16 fields, a base class, a reference, or a large C array; give it a "
                  "troika::crossing<T>");
    static_assert(why != refusal::hook,
                  "this type's troika::crossing<T> lacks `static void write(wire_writer&, const "
                  "T&)` or `static T read(wire_reader&)`");
    static_assert(why != refusal::tie,
                  "a type with a member tie() needs a default constructor, so that it can be read "
                  "in another process; or give it a troika::crossing<T>");
    static_assert(why != refusal::unknown,
                  "troika does not know how a value of this type crosses to another process; give "
                  "it a troika::crossing<T>, or a member `auto tie() { return std::tie(...); }`");
    return why == refusal::none;
}

/// One value within another one: the codec's way to write and read.
template <class T>
void write_value(wire_writer& to, const T& value) {
    codec<T>::write(to, value);
}
template <class T>
T read_value(wire_reader& from) {
    return codec<T>::read(from);
}

/// An element of a range whose length is announced. Each takes a byte at least, so that a length
/// can be compared with what is left of the message.
template <class T>
inline constexpr std::size_t element_size_min = codec<T>::size_min > 0 ? codec<T>::size_min : 1;
template <class T>
void write_element(wire_writer& to, const T& value) {
    codec<T>::write(to, value);
    if constexpr (codec<T>::size_min == 0) to.put(std::byte{0});
}
template <class T>
T read_element(wire_reader& from) {
    if constexpr (codec<T>::size_min == 0) {
        T value = codec<T>::read(from);
        from.skip(1);
        return value;
    } else {
        return codec<T>::read(from);
    }
}

}  // namespace impl

/// Whether a T can be sent to another process: numbers, enums, strings, the containers and
/// vocabulary types of the standard library, aggregates of such, and what has a troika::crossing.
template <class T>
concept crossable = impl::why_not<std::remove_const_t<T>>() == impl::refusal::none;

template <class... T>
void wire_writer::write(const T&... values) {
    (void)(impl::must_cross<T>() && ...);
    if constexpr ((crossable<T> && ...)) (impl::write_value<T>(*this, values), ...);
}

template <class T>
T wire_reader::read() {
    static_assert(!std::is_const_v<T>, "read<T>() makes a new value: T without const");
    if constexpr (impl::must_cross<T>()) return impl::read_value<T>(*this);
}

}  // namespace troika
