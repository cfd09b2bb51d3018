// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/check.hpp>
#include <troika/core/recycler.hpp>

#include <concepts>
#include <coroutine>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace troika {

/// What close() has the co_yield of a consumer throw.
///
/// Not a std::exception, so that `catch (const std::exception&)` in a body lets it pass.
struct generator_exit {};

/// A consumer that was sent something has nothing to answer: it has returned, now or before.
class stop_iteration : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

template <class In, class Out, class Result = void>
class consumer;

namespace impl {

/// Where a value, or what a reference refers to, waits for who takes it.
template <class T>
class handed_over {
public:
    template <class U>
    void put(U&& value) {
        value_.emplace(std::forward<U>(value));
    }
    T take() {
        T value = *std::move(value_);
        value_.reset();
        return value;
    }
    void drop() noexcept { value_.reset(); }

private:
    std::optional<T> value_;
};
template <class T>
    requires std::is_scalar_v<T>
class handed_over<T> {
public:
    void put(T value) noexcept { value_ = value; }
    T take() const noexcept { return value_; }
    void drop() const noexcept {}

private:
    T value_{};
};
template <class T>
class handed_over<T&> {
public:
    void put(T& value) noexcept { value_ = std::addressof(value); }
    T& take() const noexcept { return *value_; }
    void drop() const noexcept {}

private:
    T* value_ = nullptr;
};

template <class>
inline constexpr bool not_in_a_consumer = false;

/// What the promise of a consumer has, whatever it is sent: whose turn it is, and what is thrown.
class consumer_promise_base : public recycled {
public:
    consumer_promise_base() noexcept = default;
    consumer_promise_base(const consumer_promise_base&) = delete;
    consumer_promise_base& operator=(const consumer_promise_base&) = delete;

    std::suspend_always initial_suspend() const noexcept { return {}; }
    std::suspend_always final_suspend() const noexcept { return {}; }
    void unhandled_exception() noexcept { error_ = std::current_exception(); }

    template <class A>
    std::suspend_never await_transform(A&&) const noexcept {
        static_assert(not_in_a_consumer<A>, "a consumer cannot co_await; use a task that reads "
                                            "from a queue");
        return {};
    }

    [[nodiscard]] bool standing() const noexcept { return phase_ == phase::standing; }
    [[nodiscard]] bool fresh() const noexcept { return phase_ == phase::fresh; }
    [[nodiscard]] bool ended() const noexcept { return phase_ == phase::ended; }

    /// On entry of each operation. Throws: std::logic_error when the body runs: it asks itself.
    void allow(const char* operation) const {
        if (phase_ == phase::running) [[unlikely]]
            throw_running(operation);
    }
    void check_destructible() const noexcept {
        check(phase_ != phase::running, "a consumer was destroyed while its body runs");
    }
    /// Lets the body run to its next co_yield, or to its end. Throws: what it threw.
    void step(std::coroutine_handle<> body) {
        phase_ = phase::running;
        body.resume();
        if (phase_ != phase::standing) [[unlikely]]
            end();
    }
    /// The same; the co_yield throws `error`. One that does not stand at a co_yield only ends.
    void step_with(std::coroutine_handle<> body, std::exception_ptr error);
    /// The same, with generator_exit. Throws: what the body threw, unless it was that;
    /// std::logic_error when it yields again.
    void close(std::coroutine_handle<> body);
    [[noreturn]] static void throw_ended(const char* operation);
    [[noreturn]] static void throw_begun();
    [[noreturn]] static void throw_running(const char* operation);

protected:
    ~consumer_promise_base() = default;

    void stand() noexcept { phase_ = phase::standing; }
    void throw_injected() {
        if (injected_) [[unlikely]]
            std::rethrow_exception(std::exchange(injected_, nullptr));
    }

private:
    enum class phase : std::uint8_t { fresh, standing, running, ended };

    void end();

    std::exception_ptr injected_;   // for the co_yield
    std::exception_ptr error_;      // what the body threw
    phase phase_ = phase::fresh;
};

template <class Result>
class consumer_result : public consumer_promise_base {
public:
    using closed = std::optional<Result>;
    void return_value(Result value) { result_.emplace(std::move(value)); }
    [[nodiscard]] closed take_result() { return std::exchange(result_, std::nullopt); }

private:
    closed result_;
};
template <>
class consumer_result<void> : public consumer_promise_base {
public:
    using closed = void;
    void return_void() const noexcept {}
    void take_result() const noexcept {}
};

template <class In, class Out, class Result>
class consumer_promise final : public consumer_result<Result> {
public:
    /// co_yield: gives an answer, then what was sent.
    class exchanging {
    public:
        explicit exchanging(consumer_promise& of) noexcept : of_(of) {}
        bool await_ready() const noexcept { return false; }
        void await_suspend(std::coroutine_handle<>) const noexcept {}
        In await_resume() const {
            of_.throw_injected();
            return of_.sent_.take();
        }

    private:
        consumer_promise& of_;
    };

    consumer<In, Out, Result> get_return_object() noexcept;

    // Not a template where a number is yielded: the compiler sees that `co_yield 0` fits.
    exchanging yield_value(Out answer)
        requires(std::is_scalar_v<Out> || std::is_reference_v<Out>)
    {
        answer_.put(answer);
        this->stand();
        return exchanging(*this);
    }
    template <std::convertible_to<Out> U = Out>
        requires(!std::is_scalar_v<Out> && !std::is_reference_v<Out>)
    exchanging yield_value(U&& answer) {
        answer_.put(std::forward<U>(answer));
        this->stand();
        return exchanging(*this);
    }

    template <class U>
    void put(U&& value) {
        sent_.put(std::forward<U>(value));
    }
    [[nodiscard]] Out take_answer() { return answer_.take(); }
    void drop_answer() noexcept { answer_.drop(); }

private:
    handed_over<In> sent_;
    handed_over<Out> answer_;
};

}  // namespace impl

/// A coroutine that is sent values and answers each: its `co_yield answer` gives what comes next.
///
///     consumer<double, double> running_mean() {
///         double sum = 0, count = 0, mean = 0;
///         for (;;) { sum += co_yield mean; mean = sum / ++count; }
///     }
///     auto mean = running_mean();  mean.send(3);  mean.send(5);   // 3, then 4
///
/// `In` and `Out` are object types, or lvalue references; `Result` is what it returns, if anything.
/// Lazy: the body begins with start(), which gives what it yields before it was sent anything, or
/// with the first send(), which drops that. It runs only within these calls, on the thread and in
/// the task that makes them. It cannot co_await. What it throws comes out of the call, and is its
/// end. The frame comes from where the frames of tasks come from.
///
/// Destroyed before its end, the body's locals are destroyed where it stands; to have it see its
/// end, and return something, close() it.
/// Thread: any, one at a time; a body that sends to itself is told so by std::logic_error, and must
/// not destroy itself. Lifetime: owns its coroutine frame. Its parameters live as long.
/// Source: generators of Python 3.13 (send, throw, close).
template <class In, class Out, class Result>
class [[nodiscard("a consumer does nothing until something is sent to it")]]
#if defined(__clang__)
[[clang::coro_return_type, clang::coro_lifetimebound]]
#endif
consumer {
    template <class T>
    static constexpr bool value_or_reference =
        std::is_lvalue_reference_v<T> ||
        (std::is_object_v<T> && std::same_as<T, std::remove_cv_t<T>>);
    static_assert(value_or_reference<In> && value_or_reference<Out>,
                  "a consumer takes and gives values, without const, or lvalue references");
    static_assert(std::is_void_v<Result> || value_or_reference<Result>,
                  "a consumer returns nothing or a value");
    static_assert(!std::is_reference_v<Result>, "a consumer returns nothing or a value");

public:
    using promise_type = impl::consumer_promise<In, Out, Result>;
    /// What close() and result() give: nothing, or the value if there is one.
    using closed = promise_type::closed;

    consumer(consumer&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
    consumer& operator=(consumer&& other) noexcept {
        if (this != &other) {
            drop();
            frame_ = std::exchange(other.frame_, nullptr);
        }
        return *this;
    }
    ~consumer() { drop(); }

    /// False once it was moved from.
    [[nodiscard]] bool valid() const noexcept { return static_cast<bool>(frame_); }
    /// Whether the body has returned, thrown, or was closed.
    [[nodiscard]] bool ended() const noexcept {
        check(valid(), "ended() of a consumer that was moved from");
        return frame_.promise().ended();
    }

    /// Runs the body to its first co_yield.
    /// Returns: what it yields there. Throws: what the body threw; stop_iteration if it returned;
    /// std::logic_error if it has begun already.
    Out start() {
        promise_type& body = enter("start()");
        if (!body.fresh()) body.throw_begun();
        return run(body, "start()");
    }

    /// Gives `value` to the co_yield at which the body stands, and runs it to the next one.
    /// Returns: what it yields there. Throws: what the body threw; stop_iteration if it returned,
    /// or had ended before.
    Out send(In value) {
        check(valid(), "a consumer that was moved from is used");
        promise_type& body = frame_.promise();
        if (!body.standing()) [[unlikely]]
            bring_to_stand();
        body.put(std::forward<In>(value));
        return run(body, "send()");
    }

    /// Has the co_yield at which the body stands throw `error`, and runs it to the next one. A body
    /// that has not begun never runs, and one that has ended is not run again: `error` comes back.
    /// Returns: what it yields next, if it caught the error. Throws: what the body threw, usually
    /// `error`; stop_iteration if it returned; std::invalid_argument if `error` is null.
    Out throw_in(std::exception_ptr error) {
        promise_type& body = enter("throw_in()");
        if (!error) throw std::invalid_argument("throw_in() of no exception");
        body.step_with(frame_, std::move(error));
        return answer(body, "throw_in()");
    }
    template <class E>
        requires(!std::convertible_to<E &&, std::exception_ptr>)
    Out throw_in(E&& exception) {
        return throw_in(std::make_exception_ptr(std::forward<E>(exception)));
    }

    /// Ends it: the co_yield at which the body stands throws generator_exit, which the body lets
    /// pass, or after which it returns. A body that has not begun never runs; closing one that has
    /// ended does nothing.
    /// Returns: what the body returned now, if it did (std::optional<Result>, or void).
    /// Throws: what the body threw instead; std::logic_error if it yields again: it goes on, then.
    closed close() {
        promise_type& body = enter("close()");
        if (body.ended()) return closed();
        body.close(frame_);
        return body.take_result();
    }

    /// Returns: what the body returned when start(), send() or throw_in() threw stop_iteration, if
    /// there is such a value; only the first who asks gets it.
    closed result() { return enter("result()").take_result(); }

private:
    friend promise_type;
    using handle = std::coroutine_handle<promise_type>;

    explicit consumer(handle frame) noexcept : frame_(frame) {}

    promise_type& enter(const char* operation) const {
        check(valid(), "a consumer that was moved from is used");
        frame_.promise().allow(operation);
        return frame_.promise();
    }
    void bring_to_stand() {
        promise_type& body = enter("send()");
        if (body.fresh()) body.step(frame_);
        if (body.ended()) body.throw_ended("send()");
        body.drop_answer();
    }
    Out run(promise_type& body, const char* operation) {
        body.step(frame_);
        return answer(body, operation);
    }
    static Out answer(promise_type& body, const char* operation) {
        if (body.ended()) [[unlikely]]
            body.throw_ended(operation);
        return body.take_answer();
    }
    void drop() noexcept {
        if (!frame_) return;
        frame_.promise().check_destructible();
        frame_.destroy();
    }

    handle frame_;
};

template <class In, class Out, class Result>
consumer<In, Out, Result> impl::consumer_promise<In, Out, Result>::get_return_object() noexcept {
    return consumer<In, Out, Result>(std::coroutine_handle<consumer_promise>::from_promise(*this));
}

}  // namespace troika
