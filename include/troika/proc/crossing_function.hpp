// SPDX-License-Identifier: MIT
#pragma once

#include <troika/proc/wire_codec.hpp>

#include <cstddef>
#include <stop_token>
#include <tuple>
#include <type_traits>
#include <utility>

// Functions that are called in another process: which may be, and how their arguments get there.

namespace troika::impl {

/// What a function pointer's type says. `takes_stop_token`: as the first parameter, which is not
/// among `parameters`.
template <class F>
struct function_type {
    static constexpr bool is_known = false;
};
template <class R, class... P>
struct function_type<R (*)(P...)> {
    static constexpr bool is_known = true;
    static constexpr bool takes_stop_token = false;
    using returned = R;
    using parameters = type_list<P...>;
    using arguments = std::tuple<std::decay_t<P>...>;
};
template <class R, class... P>
struct function_type<R (*)(std::stop_token, P...)> : function_type<R (*)(P...)> {
    static constexpr bool takes_stop_token = true;
};
template <class R, class... P>
struct function_type<R (*)(P...) noexcept> : function_type<R (*)(P...)> {};

}  // namespace troika::impl

namespace troika {

/// What a function is called with in another process: its parameters as values, in a tuple; without
/// a std::stop_token in the first place, which is made over there.
template <class F>
    requires impl::function_type<F>::is_known
using call_arguments = impl::function_type<F>::arguments;

}  // namespace troika

namespace troika::impl {

template <class P>
consteval bool must_cross_as_parameter() {
    static_assert(!std::is_lvalue_reference_v<P> || std::is_const_v<std::remove_reference_t<P>>,
                  "a parameter that is a reference to something not const cannot cross to another "
                  "process: the function would change a copy that nobody sees; take it by value or "
                  "by const&, and return what has changed");
    static_assert(!std::is_same_v<std::remove_cvref_t<P>, std::stop_token>,
                  "a std::stop_token crosses to another process as the first parameter only, and "
                  "by value");
    return must_cross<std::decay_t<P>>();
}

template <class... P>
consteval bool must_cross_as_parameters(type_list<P...>) {
    return (must_cross_as_parameter<P>() && ...);
}

template <class R>
consteval bool must_cross_as_result() {
    static_assert(!std::is_reference_v<R>,
                  "a function that returns a reference cannot be called in another process: what "
                  "it refers to is not here; return a value");
    if constexpr (std::is_void_v<R> || std::is_reference_v<R>)
        return true;
    else
        return must_cross<std::remove_cv_t<R>>();
}

/// Whether `function` can be called in another process; fails to compile, in plain words, when not.
template <auto function>
consteval bool crossable_function() {
    using type = function_type<decltype(function)>;
    static_assert(type::is_known,
                  "only a function can be called in another process, which finds it by its "
                  "address: not a member function, a lambda or a function object; write a free "
                  "function (or a static member) and name it, submit<&f>(arguments...)");
    if constexpr (type::is_known)
        return must_cross_as_parameters(typename type::parameters()) &&
               must_cross_as_result<typename type::returned>();
    else
        return false;
}

/// Writes one argument as the parameter's type. What has to be converted first does not last, and
/// is copied.
template <class Parameter, class Argument>
void write_argument(wire_writer& to, Argument&& argument) {
    static_assert(std::is_constructible_v<Parameter, Argument>,
                  "an argument does not fit the function's parameter; one that cannot be copied is "
                  "handed over by std::move()");
    if constexpr (std::is_rvalue_reference_v<Argument&&> && !std::is_const_v<Argument> &&
                  !std::is_copy_constructible_v<Parameter>) {
        // What is moved to another process is here no more.
        const Parameter moved(std::move(argument));
        const wire_writer::copying all(to);
        to.write(moved);
    } else if constexpr (std::is_same_v<std::remove_cvref_t<Argument>, Parameter>) {
        to.write(static_cast<const Parameter&>(argument));
    } else {
        static_assert(std::is_convertible_v<Argument, Parameter>,
                      "an argument does not fit the function's parameter");
        const Parameter converted = static_cast<Argument&&>(argument);
        const wire_writer::copying all(to);
        to.write(converted);
    }
}

template <class Parameters>
struct arguments_codec;
template <class... P>
struct arguments_codec<std::tuple<P...>> {
    template <class... A>
    static void write(wire_writer& to, A&&... arguments) {
        static_assert(sizeof...(A) == sizeof...(P),
                      "the function takes another number of arguments (a std::stop_token in the "
                      "first place is not given)");
        (write_argument<P>(to, std::forward<A>(arguments)), ...);
    }
};

/// Writes the arguments of a call. Lifetime: large ranges in those that are of the parameters'
/// types, until the message has been sent.
template <auto function, class... A>
    requires(function_type<decltype(function)>::is_known)
void write_arguments(wire_writer& to, A&&... arguments) {
    arguments_codec<call_arguments<decltype(function)>>::write(to, std::forward<A>(arguments)...);
}

template <auto function>
call_arguments<decltype(function)> read_arguments(wire_reader& from) {
    return read_value<call_arguments<decltype(function)>>(from);
}

/// Calls `function` with what was read; `stop` goes along if it takes one.
template <auto function>
decltype(auto) call_with(call_arguments<decltype(function)>&& arguments, std::stop_token stop) {
    using type = function_type<decltype(function)>;
    return [&]<class... P>(type_list<P...>) -> typename type::returned {
        return [&]<std::size_t... I>(std::index_sequence<I...>) -> typename type::returned {
            if constexpr (type::takes_stop_token)
                return function(std::move(stop), static_cast<P&&>(std::get<I>(arguments))...);
            else
                return function(static_cast<P&&>(std::get<I>(arguments))...);
        }(std::index_sequence_for<P...>());
    }(typename type::parameters());
}

}  // namespace troika::impl
