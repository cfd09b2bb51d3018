// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/outcome.hpp>
#include <troika/proc/crossing.hpp>
#include <troika/proc/crossing_function.hpp>
#include <troika/proc/exception_codec.hpp>
#include <troika/proc/function_identity.hpp>
#include <troika/proc/wire_codec.hpp>
#include <troika/proc/wire_reader.hpp>
#include <troika/proc/wire_writer.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <stop_token>
#include <tuple>
#include <type_traits>
#include <utility>

namespace troika::impl {

/// Where the result of a call goes. Thread: that which runs the call.
class call_answer {
public:
    call_answer(const call_answer&) = delete;
    call_answer& operator=(const call_answer&) = delete;

    /// Sends what `result` was written as. What it refers to is there until this returns.
    template <class T>
    void send(const T& result) {
        writer().write(result);
        send();
    }
    void send_nothing() { send(); }
    /// In two steps: what was written, goes.
    virtual wire_writer& writer() noexcept = 0;
    virtual void send() = 0;

    /// A token that is asked to stop when the call is.
    virtual std::stop_token stop_token() = 0;

protected:
    call_answer() noexcept = default;
    ~call_answer() = default;
};

/// What a worker calls for a call that it was sent: reads the arguments, calls, sends the result.
using call_entry = void (*)(wire_reader& arguments, call_answer& answer);

/// Writes which function is meant. Throws: std::invalid_argument for none.
void write_function(wire_writer& to, any_function function);
/// Throws: wire_error when there is no such function here.
[[nodiscard]] any_function read_function(wire_reader& from);

/// A function that is chosen when running, as something that is sent with the call.
template <class F>
struct function_place {
    F* function;
};

// What a worker calls is a callee: `parts` is what it is made of and is sent first, `arguments`
// what it is called with, `result` what it gives.

/// A function that is named when compiling.
template <auto function>
struct named_callee {
    using type = function_type<decltype(function)>;
    using parts = std::tuple<>;
    using arguments = type::arguments;
    using result = std::remove_cv_t<typename type::returned>;
    static constexpr bool takes_stop_token = type::takes_stop_token;

    static consteval bool check() { return crossable_function<function>(); }
    static result call(const parts&, arguments&& given, std::stop_token stop) {
        return call_with<function>(std::move(given), std::move(stop));
    }
};

/// A function that is chosen when running.
template <class R, class... P>
struct pointed_callee {
    using parts = std::tuple<function_place<R(P...)>>;
    using arguments = std::tuple<std::decay_t<P>...>;
    using result = std::remove_cv_t<R>;
    static constexpr bool takes_stop_token = false;

    static consteval bool check() {
        return must_cross_as_parameters(type_list<P...>()) && must_cross_as_result<R>();
    }
    static result call(const parts& of, arguments&& given, const std::stop_token&) {
        return std::apply(
            [&](std::decay_t<P>&... each) -> result {
                return std::get<0>(of).function(static_cast<P&&>(each)...);
            },
            given);
    }
};

/// A function object without a state, such as a lambda that captures nothing.
template <class F, class... A>
struct stateless_callee {
    using parts = std::tuple<>;
    using arguments = std::tuple<A...>;
    using result = std::remove_cv_t<std::invoke_result_t<F&, A...>>;
    static constexpr bool takes_stop_token = false;

    static consteval bool check() {
        return must_cross_as_parameters(type_list<A...>()) && must_cross_as_result<result>();
    }
    static result call(const parts&, arguments&& given, const std::stop_token&) {
        auto function = std::bit_cast<F>(std::array<std::byte, sizeof(F)>{});
        return std::apply([&](A&... each) -> result { return function(std::move(each)...); },
                          given);
    }
};
template <class F>
concept stateless = std::is_empty_v<F> && std::is_trivially_copyable_v<F>;

template <class Callee>
std::stop_token stop_token_for(call_answer& answer) {
    if constexpr (Callee::takes_stop_token)
        return answer.stop_token();
    else
        return {};
}

/// Where a worker enters for one call.
template <class Callee>
struct single_entry {
    using parts = Callee::parts;
    using arguments = Callee::arguments;
    using result = Callee::result;

    static void enter(wire_reader& from, call_answer& answer) {
        static_assert(Callee::check());
        const auto of = from.read<parts>();
        auto given = from.read<arguments>();
        from.finish();
        if constexpr (std::is_void_v<result>) {
            Callee::call(of, std::move(given), stop_token_for<Callee>(answer));
            answer.send_nothing();
        } else {
            answer.send<result>(
                Callee::call(of, std::move(given), stop_token_for<Callee>(answer)));
        }
    }
};

/// Where a worker enters for a chunk of a map: a number of arguments, one each, and as many
/// outcomes.
template <class Callee>
struct chunk_entry {
    using parts = Callee::parts;
    using arguments = Callee::arguments;
    using result = Callee::result;
    static_assert(std::tuple_size_v<arguments> == 1,
                  "map calls a function with one element at a time");

    static void enter(wire_reader& from, call_answer& answer) {
        static_assert(Callee::check());
        const auto of = from.read<parts>();
        const auto count = from.read<std::uint64_t>();
        std::deque<outcome<result>> results;
        for (std::uint64_t i = 0; i < count; ++i) {
            auto given = from.read<arguments>();
            outcome<result>& made = results.emplace_back();
            try {
                if constexpr (std::is_void_v<result>) {
                    Callee::call(of, std::move(given), stop_token_for<Callee>(answer));
                    made.emplace();
                } else {
                    made.emplace(
                        Callee::call(of, std::move(given), stop_token_for<Callee>(answer)));
                }
            } catch (...) {
                made.fail(std::current_exception());
            }
        }
        from.finish();
        for (const outcome<result>& each : results) {
            answer.writer().put(each.has_error());
            if (each.has_error())
                write_exception(answer.writer(), each.error());
            else if constexpr (!std::is_void_v<result>)
                answer.writer().write(each.get());
        }
        answer.send();
    }
};

}  // namespace troika::impl

template <class F>
struct troika::crossing<troika::impl::function_place<F>> {
    static void write(wire_writer& to, const impl::function_place<F>& place) {
        impl::write_function(to, reinterpret_cast<any_function>(place.function));
    }
    static impl::function_place<F> read(wire_reader& from) {
        return {reinterpret_cast<F*>(impl::read_function(from))};
    }
};
