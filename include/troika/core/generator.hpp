// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/check.hpp>
#include <troika/base/std_parts.hpp>
#include <troika/core/recycler.hpp>

#include <concepts>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <iterator>
#include <memory>
#include <type_traits>
#include <utility>

namespace troika {

template <class T>
class generator;

/// Names a range whose items are yielded one by one: `co_yield elements_of(others())`, Python's
/// `yield from`.
///
/// A generator of the same type that is handed over (a temporary, or moved) is entered: its items
/// go straight to the one who asks, however deep such generators stand within one another. Of any
/// other range each item is yielded by a generator made for that.
template <class R>
struct elements_of {
    constexpr explicit elements_of(R of) noexcept : range(std::forward<R>(of)) {}
    R range;
};
template <class R>
elements_of(R&&) -> elements_of<R&&>;

namespace impl {

template <class T>
class delegation;

template <class>
inline constexpr bool not_in_a_generator = false;

/// One of a stack of generators that yield for each other. The outermost, the root, is the one that
/// is asked; it knows the innermost, which is the one that runs. A frame has one pointer for all
/// that: a root needs it only while it does not run itself, the others only when they end.
template <class T>
class producer_promise final : public recycled {
public:
    using handle = std::coroutine_handle<producer_promise>;
    /// What is given: an object that the asker may move from, or what it refers to.
    using reference = std::conditional_t<std::is_reference_v<T>, T, T&&>;
    using object = std::remove_reference_t<T>;

    /// A number is kept here; of other items, where they are.
    static constexpr bool by_value = std::is_scalar_v<T>;
    using shown = std::conditional_t<by_value, T, object*>;

    /// An lvalue that is yielded as a value is copied: the asker may move from what it gets.
    class copying {
    public:
        copying(producer_promise& of, const object& item) : of_(of), item_(item) {}
        bool await_ready() const noexcept { return false; }
        void await_suspend(std::coroutine_handle<>) noexcept { of_.show(item_); }
        void await_resume() const noexcept {}

    private:
        producer_promise& of_;
        object item_;
    };

    struct ending {
        bool await_ready() const noexcept { return false; }
        std::coroutine_handle<> await_suspend(handle self) const noexcept {
            return self.promise().give_back();
        }
        void await_resume() const noexcept {}
    };

    generator<T> get_return_object() noexcept;
    std::suspend_always initial_suspend() const noexcept { return {}; }
    ending final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    void unhandled_exception() {
        if (link_ == nullptr) throw;   // out of the ++ of who asks
        within()->fail(std::current_exception());
    }

    std::suspend_always yield_value(T item) noexcept
        requires by_value
    {
        shown_ = item;
        return {};
    }
    std::suspend_always yield_value(reference item) noexcept
        requires(!by_value)
    {
        show(item);
        return {};
    }
    copying yield_value(const object& item)
        requires(!by_value && !std::is_reference_v<T> && std::copy_constructible<T>)
    {
        return copying(*this, item);
    }
    delegation<T> yield_value(elements_of<generator<T>&&> others) noexcept;
    template <class R>
        requires std::ranges::input_range<R> &&
                 std::convertible_to<std::ranges::range_reference_t<R>, T>
    delegation<T> yield_value(elements_of<R> others);

    template <class A>
    std::suspend_never await_transform(A&&) const noexcept {
        static_assert(not_in_a_generator<A>, "a generator cannot co_await; make it an "
                                             "async_generator");
        return {};
    }

    /// Runs on, to the next co_yield of whichever is the innermost. Requires: it is a root.
    void step() {
        if (link_ == nullptr) [[likely]]
            handle::from_promise(*this).resume();
        else
            step_innermost();
    }
    /// What the innermost yielded last. Requires: it is a root.
    [[nodiscard]] object& item() noexcept {
        if (link_ != nullptr) [[unlikely]]
            return innermost_item();
        return own_item();
    }

private:
    friend delegation<T>;
    friend generator<T>;

    // Apart, so that a loop over a generator that enters none has nothing else in it.
    [[gnu::noinline]] void step_innermost() { innermost().resume(); }
    [[gnu::noinline]] object& innermost_item() noexcept {
        return innermost().promise().own_item();
    }
    /// Of a root that has entered others.
    [[nodiscard]] handle innermost() const noexcept { return handle::from_address(link_); }
    /// Where it was entered. Requires: it is the innermost.
    [[nodiscard]] delegation<T>* within() const noexcept {
        return static_cast<delegation<T>*>(link_);
    }
    void show(object& item) noexcept { shown_ = std::addressof(item); }
    object& own_item() noexcept {
        if constexpr (by_value)
            return shown_;
        else
            return *shown_;
    }
    std::coroutine_handle<> give_back() noexcept {
        if (link_ == nullptr) return std::noop_coroutine();
        return within()->give_back();
    }

    shown shown_{};   // what it yielded last
    void* link_ = nullptr;   // null in a root that runs
};

/// co_yield elements_of(others): enters the other generator, comes back at its end.
template <class T>
class delegation {
public:
    using promise = producer_promise<T>;
    using handle = promise::handle;

    explicit delegation(generator<T> others) noexcept
        : others_(std::exchange(others.frame_, nullptr)) {}
    delegation(const delegation&) = delete;
    delegation& operator=(const delegation&) = delete;
    ~delegation() {
        if (others_) others_.destroy();
    }

    [[nodiscard]] bool await_ready() const noexcept { return others_.done(); }
    std::coroutine_handle<> await_suspend(handle outer) noexcept {
        outer_ = outer;
        delegation* const around = outer.promise().within();
        // It may have begun, and have entered others itself: they all get another root.
        const handle entered = others_.promise().innermost();
        const handle innermost = entered ? entered : others_;
        promise& root = around == nullptr ? outer.promise() : *around->root_;
        for (handle each = innermost; each != others_;) {
            delegation* const within = each.promise().within();
            within->root_ = &root;
            each = within->outer_;
        }
        root_ = &root;
        others_.promise().link_ = this;
        root.link_ = innermost.address();
        return innermost;
    }
    void await_resume() const {
        if (error_) [[unlikely]]
            std::rethrow_exception(error_);
    }

    void fail(std::exception_ptr error) noexcept { error_ = std::move(error); }
    std::coroutine_handle<> give_back() noexcept {
        leave();
        return outer_;
    }
    /// Makes the outer one the innermost. Returns: whether that is the root.
    bool leave() noexcept {
        const bool is_root = &outer_.promise() == root_;
        root_->link_ = is_root ? nullptr : outer_.address();
        return is_root;
    }
    void drop() noexcept { std::exchange(others_, nullptr).destroy(); }

private:
    handle others_;
    handle outer_;
    promise* root_ = nullptr;
    std::exception_ptr error_;
};

}  // namespace impl

/// A coroutine that produces items one at a time, each when it is asked for: a range.
/// `generator<int> naturals() { for (int i = 0;; ++i) co_yield i; }` and then
/// `for (int i : naturals() | std::views::take(5))`.
///
/// `T` is an object type, or an lvalue reference. An input range and a view that can be moved, not
/// copied. The items are rvalues, or for `T&` what is referred to; where they lie is good until the
/// next ++. No item is copied, but for an lvalue that is yielded as a value; none costs an
/// allocation. The frame comes from where the frames of tasks come from.
///
/// Lazy: the body begins with begin(), and runs only within begin() and ++, on the thread and in
/// the task that asks. What it throws comes out of there, and is its end. It cannot co_await: that
/// is what async_generator is for. As in Python, a second loop over it goes on after the item at
/// which the first one stopped.
///
/// Destroyed before its end, the body's locals are destroyed where it stands.
/// Thread: any, one at a time. A body must not ask, move or destroy its own generator.
/// Lifetime: owns its coroutine frame. Its parameters live as long: take them by value, or see that
/// what they refer to outlives it.
/// Source: std::generator of C++23, which it resembles where it can.
template <class T>
class [[nodiscard("a generator does nothing until it is iterated over")]] generator
    : public std::ranges::view_base {
    static_assert(std::is_lvalue_reference_v<T> ||
                      (std::is_object_v<T> && std::same_as<T, std::remove_cv_t<T>>),
                  "a generator gives values, without const, or lvalue references");

public:
    using promise_type = impl::producer_promise<T>;

    /// Copies stand at the same item: each ++ moves them all.
    class iterator {
    public:
        using iterator_concept = std::input_iterator_tag;
        using value_type = std::remove_cvref_t<T>;
        using difference_type = std::ptrdiff_t;
        using reference = promise_type::reference;

        iterator() noexcept = default;

        /// Requires: it is not at the end.
        [[nodiscard]] reference operator*() const noexcept {
            return static_cast<reference>(frame_.promise().item());
        }
        [[nodiscard]] std::add_pointer_t<T> operator->() const noexcept {
            return std::addressof(frame_.promise().item());
        }
        iterator& operator++() {
            frame_.promise().step();
            return *this;
        }
        void operator++(int) { ++*this; }
        [[nodiscard]] friend bool operator==(const iterator& at,
                                             std::default_sentinel_t) noexcept {
            return at.frame_.done();
        }

    private:
        friend generator;
        explicit iterator(std::coroutine_handle<promise_type> frame) noexcept : frame_(frame) {}
        std::coroutine_handle<promise_type> frame_;
    };

    generator(generator&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
    generator& operator=(generator&& other) noexcept {
        if (this != &other) {
            drop();
            frame_ = std::exchange(other.frame_, nullptr);
        }
        return *this;
    }
    ~generator() { drop(); }

    /// False once it was moved from.
    [[nodiscard]] bool valid() const noexcept { return static_cast<bool>(frame_); }

    /// Runs the body to its next co_yield, the first if it has not begun.
    /// Throws: what the body threw.
    [[nodiscard]] iterator begin() {
        check(valid(), "begin() of a generator that was moved from");
        if (!frame_.done()) frame_.promise().step();
        return iterator(frame_);
    }
    [[nodiscard]] std::default_sentinel_t end() const noexcept { return std::default_sentinel; }

private:
    friend promise_type;
    friend impl::delegation<T>;
    using handle = std::coroutine_handle<promise_type>;

    explicit generator(handle frame) noexcept : frame_(frame) {}

    void drop() noexcept {
        if (!frame_) return;
        if (frame_.promise().link_ != nullptr) [[unlikely]]
            drop_entered(frame_.promise());
        frame_.destroy();
    }
    // From the innermost outwards, one after the other: they may stand in one another deeper than
    // the stack would bear.
    [[gnu::noinline]] static void drop_entered(promise_type& root) noexcept {
        for (bool at_root = false; !at_root;) {
            auto* const entered = root.innermost().promise().within();
            at_root = entered->leave();
            entered->drop();
        }
    }

    handle frame_;
};

template <class T>
generator<T> impl::producer_promise<T>::get_return_object() noexcept {
    return generator<T>(handle::from_promise(*this));
}

template <class T>
impl::delegation<T> impl::producer_promise<T>::yield_value(
    elements_of<generator<T>&&> others) noexcept {
    check(others.range.valid(), "elements_of() a generator that was moved from");
    return delegation<T>(std::move(others.range));
}

template <class T>
template <class R>
    requires std::ranges::input_range<R> &&
             std::convertible_to<std::ranges::range_reference_t<R>, T>
impl::delegation<T> impl::producer_promise<T>::yield_value(elements_of<R> others) {
    // The range outlives the generator: both end with the co_yield.
    constexpr auto each_of = [](std::remove_reference_t<R>* range) -> generator<T> {
        for (auto&& item : *range) co_yield std::forward<decltype(item)>(item);
    };
    return delegation<T>(each_of(std::addressof(others.range)));
}

}  // namespace troika
