// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/check.hpp>
#include <troika/base/outcome.hpp>
#include <troika/core/promise_base.hpp>
#include <troika/core/task.hpp>

#include <concepts>
#include <coroutine>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <source_location>
#include <type_traits>
#include <utility>

namespace troika {

template <class T>
class async_generator;

namespace impl {

/// What next() gives: a reference as a pointer, which is null at the end.
template <class T>
struct generated {
    using type = std::optional<T>;
};
template <class T>
struct generated<T&> {
    using type = T*;
};
template <class T>
using generated_t = typename generated<T>::type;

/// What the promise of a generator has, whatever it yields: whose turn it is.
///
/// The consumer's next() gives the turn to the body, by symmetric transfer and within the
/// consumer's task; the next co_yield, or the end, gives it back. So a body's node and awaiter are
/// new at each step, and nothing grows with the number of items.
class generator_promise_base : public promise_base {
public:
    /// co_yield, once the item is where the consumer finds it.
    class yielding {
    public:
        explicit yielding(generator_promise_base& of) noexcept : of_(of) {}
        bool await_ready() const noexcept { return false; }
        std::coroutine_handle<> await_suspend(std::coroutine_handle<>) const noexcept {
            return of_.give_back(phase::standing);
        }
        void await_resume() const {
            if (of_.closing_) throw cancelled{};
        }

    private:
        generator_promise_base& of_;
    };

    struct ending {
        bool await_ready() const noexcept { return false; }
        template <std::derived_from<generator_promise_base> P>
        std::coroutine_handle<> await_suspend(std::coroutine_handle<P> self) const noexcept {
            return self.promise().give_back(phase::ended);
        }
        void await_resume() const noexcept {}
    };

    ending final_suspend() const noexcept { return {}; }
    void unhandled_exception() noexcept { error_ = std::current_exception(); }
    void return_void() const noexcept {}

    /// Returns: false at the end, so that there is no step to take. Checks that the body stands.
    [[nodiscard]] bool can_step() const noexcept {
        check(phase_ != phase::running,
              "next() or close() of an async_generator while another one is under way", where());
        return phase_ != phase::ended;
    }
    void begin_step(task_node& node, std::coroutine_handle<> consumer) noexcept {
        begin_under(node, consumer);
        scope_ = &node.scope();
        phase_ = phase::running;
    }
    /// Returns: whether there is nothing left to do: the body has ended, or has never begun.
    [[nodiscard]] bool begin_close() noexcept {
        if (can_step() && phase_ == phase::fresh) phase_ = phase::ended;
        closing_ = true;
        return phase_ == phase::ended;
    }
    void check_destructible() const noexcept {
        check(phase_ != phase::running, "an async_generator was destroyed while its body runs",
              where());
    }

    /// What the body threw; only the first who asks gets it.
    [[nodiscard]] std::exception_ptr take_error() noexcept {
        return std::exchange(error_, nullptr);
    }

protected:
    using promise_base::promise_base;
    ~generator_promise_base() = default;

    /// On entry of each co_yield. Throws: cancelled in a generator that is being closed;
    /// std::logic_error when a scope of the body is open.
    void allow_yield(const std::source_location& where) const {
        if (closing_) [[unlikely]]
            throw cancelled{};
        if (&node().scope() != scope_) [[unlikely]]
            look_at_scopes(where);
    }

private:
    enum class phase : std::uint8_t { fresh, standing, running, ended };

    std::coroutine_handle<> give_back(phase next) noexcept {
        phase_ = next;
        return awaiter();
    }
    void look_at_scopes(const std::source_location& where) const;

    const cancel_scope* scope_ = nullptr;   // in which the consumer asked for this step
    std::exception_ptr error_;
    phase phase_ = phase::fresh;
    bool closing_ = false;
};

template <class T>
class generator_promise final : public generator_promise_base {
public:
    explicit generator_promise(
        std::source_location where = std::source_location::current()) noexcept
        : generator_promise_base(where) {}
    async_generator<T> get_return_object() noexcept;

    /// Where the next item goes: into the consumer's frame.
    void aim_at(generated_t<T>& slot) noexcept { slot_ = &slot; }

    // An item is made before the body gives way, so that what its making throws is thrown there.
    template <std::convertible_to<T> U>
        requires(!std::is_scalar_v<T> && !std::is_reference_v<T>)
    yielding yield_value(U&& item, std::source_location where = std::source_location::current()) {
        return put(std::forward<U>(item), where);
    }
    yielding yield_value(T&& item, std::source_location where = std::source_location::current())
        requires(!std::is_scalar_v<T> && !std::is_reference_v<T>)
    {
        return put(std::move(item), where);
    }
    // A number is converted at the co_yield, where the compiler sees that `co_yield 0` fits.
    yielding yield_value(T item, std::source_location where = std::source_location::current())
        requires(std::is_scalar_v<T>)
    {
        return put(item, where);
    }
    yielding yield_value(T item, std::source_location where = std::source_location::current())
        requires(std::is_reference_v<T>)
    {
        allow_yield(where);
        *slot_ = std::addressof(item);
        return yielding(*this);
    }

private:
    template <class U>
    yielding put(U&& item, const std::source_location& where) {
        allow_yield(where);
        slot_->emplace(std::forward<U>(item));
        return yielding(*this);
    }

    generated_t<T>* slot_ = nullptr;
};

/// What next() gives: an awaiter.
template <class T>
class [[nodiscard("a generator does nothing until its next() is awaited")]] next_operation {
public:
    using handle = std::coroutine_handle<generator_promise<T>>;
    explicit next_operation(handle body) noexcept : body_(body) {}

    [[nodiscard]] bool await_ready() const noexcept { return !body_.promise().can_step(); }
    template <std::derived_from<promise_base> P>
    handle await_suspend(std::coroutine_handle<P> consumer) noexcept {
        body_.promise().aim_at(slot_);
        body_.promise().begin_step(consumer.promise().node(), consumer);
        return body_;
    }
    generated_t<T> await_resume() {
        if (std::exception_ptr error = body_.promise().take_error()) [[unlikely]]
            std::rethrow_exception(std::move(error));
        return take();
    }
    result<generated_t<T>> await_resume_result() {
        if (std::exception_ptr error = body_.promise().take_error())
            return std::unexpected(std::move(error));
        return result<generated_t<T>>(std::in_place, take());
    }

private:
    // Leaves the slot empty: one that is awaited again, at the end, must not give the item again.
    generated_t<T> take() {
        generated_t<T> item = std::move(slot_);
        if constexpr (std::is_reference_v<T>)
            slot_ = nullptr;
        else
            slot_.reset();
        return item;
    }

    handle body_;
    generated_t<T> slot_{};
};

/// Has a body that stands at a co_yield unwound, within the current task.
task<void> close_generator(generator_promise_base& promise, std::coroutine_handle<> body);

}  // namespace impl

/// A coroutine that gives items one at a time, each when it is asked for, and may await in between:
/// `while (auto row = co_await rows.next()) use(*row);`
///
/// `T` is an object type that can be moved, or an lvalue reference. Lazy: the body begins with the
/// first next(). It runs inside the task that awaits next(), as an awaited task would: in its
/// scopes, with its context variables, on its async stack. An item costs no allocation.
/// Its parameters live as long as the generator: take them by value. One that is never asked for
/// anything is no mistake, and not reported.
///
/// A scope that the body opens (cancel_scope, as_completed() of tasks) must not be open at a
/// co_yield: the consumer would run inside it, and it would end in the wrong order. Such a co_yield
/// throws std::logic_error, and is reported in debug builds. Nor should a context_var::bound be
/// alive there: the consumer would see its value.
///
/// Destroyed before its end, the body's locals are destroyed where it stands, at a co_yield; it
/// cannot await any more. Where cleaning up has to await, close() it before.
/// Thread: any, one task at a time; next() while another next() or close() is under way, or
/// destroying the generator then, ends the program (check()).
/// Lifetime: owns its coroutine frame.
template <class T>
class [[nodiscard("a generator does nothing until its next() is awaited")]]
#if defined(__clang__)
[[clang::coro_return_type, clang::coro_lifetimebound]]
#endif
async_generator {
    static_assert(std::is_lvalue_reference_v<T> ||
                      (std::is_object_v<T> && std::same_as<T, std::remove_cv_t<T>>),
                  "an async_generator gives values, without const, or lvalue references");

public:
    using promise_type = impl::generator_promise<T>;
    using value_type = T;

    async_generator(async_generator&& other) noexcept
        : frame_(std::exchange(other.frame_, nullptr)) {}
    async_generator& operator=(async_generator&& other) noexcept {
        if (this != &other) {
            drop();
            frame_ = std::exchange(other.frame_, nullptr);
        }
        return *this;
    }
    ~async_generator() { drop(); }

    /// False once it was moved from.
    [[nodiscard]] bool valid() const noexcept { return static_cast<bool>(frame_); }

    /// Runs the body to its next co_yield. An awaiter.
    /// Returns: the item, a std::optional<T>, or for T& a pointer, which is good until the next
    /// step; empty at the end, and from then on.
    /// Throws: what the body threw, once: that is its end.
    /// Cancel: refused on entry, nothing is lost and it can be asked again; while the body awaits,
    /// the body sees `cancelled`, and usually ends of it.
    /// Lifetime: the generator's frame stays until the await ends.
    impl::next_operation<T> next() & noexcept {
        check(valid(), "next() of an async_generator that was moved from");
        return impl::next_operation<T>(frame_);
    }

    /// Ends the generator early, in a way that lets the body await while it cleans up: the co_yield
    /// at which it stands throws `cancelled`, as does every other from then on. A body that has not
    /// begun never runs.
    /// Throws: what the body threw, unless it was `cancelled`.
    /// Cancel: refused on entry, the body still stands at its co_yield; to close whatever happens,
    /// shield(rows.close()). Lifetime: the generator's frame stays until the task has ended.
#if defined(__clang__)
    [[clang::coro_wrapper, clang::coro_disable_lifetimebound]]
#endif
    task<void> close() & {
        check(valid(), "close() of an async_generator that was moved from");
        return impl::close_generator(frame_.promise(), frame_);
    }

private:
    friend promise_type;
    using handle = std::coroutine_handle<promise_type>;

    explicit async_generator(handle frame) noexcept : frame_(frame) {}

    void drop() noexcept {
        if (!frame_) return;
        frame_.promise().check_destructible();
        frame_.destroy();
    }

    handle frame_;
};

template <class T>
async_generator<T> impl::generator_promise<T>::get_return_object() noexcept {
    return async_generator<T>(std::coroutine_handle<generator_promise>::from_promise(*this));
}

}  // namespace troika
