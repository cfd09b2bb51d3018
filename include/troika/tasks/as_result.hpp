// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/outcome.hpp>
#include <troika/core/promise_base.hpp>
#include <troika/core/task_owner.hpp>

#include <concepts>
#include <coroutine>
#include <exception>
#include <expected>
#include <optional>
#include <type_traits>
#include <utility>

namespace troika {

namespace impl {

/// The awaiter of an operand that is kept as `A` (a value, or a reference to an lvalue).
template <class A>
struct awaiter_of {
    using type = A;   // it is its own
    static A&& get(A&& operand) noexcept { return std::forward<A>(operand); }
};
template <has_member_co_await A>
struct awaiter_of<A> {
    using type = decltype(std::declval<A>().operator co_await());
    static type get(A&& operand) { return std::forward<A>(operand).operator co_await(); }
};

/// An awaiter that can give its result, or its error, without throwing.
template <class A>
concept gives_result = requires(A& awaiter) { awaiter.await_resume_result(); };

/// What as_result() gives: an awaiter around another.
template <class A>
class result_operation {
    using awaiter = awaiter_of<A>::type;
    using value = decltype(std::declval<std::remove_reference_t<awaiter>&>().await_resume());

public:
    using checks_cancellation_itself = void;

    explicit result_operation(A&& operand) : operand_(std::forward<A>(operand)) {}

    [[nodiscard]] bool await_ready() {
        if constexpr (!troika::impl::checks_cancellation_itself<A>)
            if (current_task().is_cancelled()) {
                if constexpr (requires { operand_.abandon(); }) operand_.abandon();
                return true;
            }
        awaiter_.emplace(*this);
        return inner().await_ready();
    }
    template <std::derived_from<promise_base> P>
    auto await_suspend(std::coroutine_handle<P> frame) {
        return inner().await_suspend(frame);
    }
    auto await_resume() -> result<std::remove_cvref_t<value>> {
        if (!awaiter_) return std::unexpected(make_cancelled());
        if constexpr (gives_result<std::remove_reference_t<awaiter>>) {
            return inner().await_resume_result();
        } else {
            try {
                if constexpr (std::is_void_v<value>) {
                    inner().await_resume();
                    return {};
                } else {
                    return inner().await_resume();
                }
            } catch (...) {
                return std::unexpected(std::current_exception());
            }
        }
    }

private:
    // Made in place once the operand no longer moves, for it may refer to it.
    struct holder {
        explicit holder(result_operation& of)
            : object(awaiter_of<A>::get(std::forward<A>(of.operand_))) {}
        awaiter object;
    };
    std::remove_reference_t<awaiter>& inner() noexcept { return awaiter_->object; }

    A operand_;
    std::optional<holder> awaiter_;
};

}  // namespace impl

/// Awaits `operation` and gives what it threw as a value: `std::expected`, whose error is an
/// exception_ptr. `cancelled` is a value too: return soon, for the scope stays cancelled.
///
/// For loops in which failures are frequent: an awaiter that offers await_resume_result() throws
/// nothing on the way; for others the exception is caught here. A reference is given as a copy.
/// Cancel: as `operation`.
template <class A>
auto as_result(A&& operation) {
    return impl::result_operation<A>(std::forward<A>(operation));
}

}  // namespace troika
