// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/check.hpp>

#include <exception>
#include <expected>
#include <new>
#include <type_traits>
#include <utility>

namespace troika {

/// The result of work that may fail: a value, or what was thrown.
template <class T>
using result = std::expected<T, std::exception_ptr>;

/// Storage for one result that is not there yet: empty, a value, or an exception.
///
/// Smaller than an optional of a result (an exception and the value share their bytes), so that it
/// can live in every coroutine frame. `T` may be a reference or void.
/// Thread: none of its own; whoever publishes it orders the accesses.
template <class T>
class outcome {
public:
    outcome() noexcept {}
    outcome(const outcome&) = delete;
    outcome& operator=(const outcome&) = delete;
    ~outcome() { reset(); }

    /// Requires: empty.
    template <class... Arguments>
    void emplace(Arguments&&... arguments) {
        ::new (static_cast<void*>(&value_)) holder<T>(std::forward<Arguments>(arguments)...);
        kind_ = kind::value;
    }
    /// Requires: empty.
    void fail(std::exception_ptr error) noexcept {
        ::new (static_cast<void*>(&error_)) std::exception_ptr(std::move(error));
        kind_ = kind::error;
    }

    [[nodiscard]] bool empty() const noexcept { return kind_ == kind::empty; }
    [[nodiscard]] bool has_value() const noexcept { return kind_ == kind::value; }
    [[nodiscard]] bool has_error() const noexcept { return kind_ == kind::error; }

    /// Requires: has_error().
    [[nodiscard]] const std::exception_ptr& error() const noexcept { return error_; }

    /// Returns: the value. Throws: the stored exception. Requires: not empty.
    decltype(auto) get() & {
        rethrow_if_error();
        return static_cast<std::add_lvalue_reference_t<T>>(value_.get());
    }
    const std::remove_reference_t<T>& get() const& {
        rethrow_if_error();
        return value_.get();
    }
    T take() {
        rethrow_if_error();
        return static_cast<T&&>(value_.get());
    }

    void reset() noexcept {
        if (kind_ == kind::value)
            value_.~holder();
        else if (kind_ == kind::error)
            error_.~exception_ptr();
        kind_ = kind::empty;
    }

private:
    enum class kind : unsigned char { empty, value, error };

    // A reference is kept as a pointer, so that both kinds of T are one object with get().
    template <class U>
    struct holder {
        template <class... Arguments>
        explicit holder(Arguments&&... arguments) : object(std::forward<Arguments>(arguments)...) {}
        U& get() noexcept { return object; }
        const U& get() const noexcept { return object; }
        U object;
    };
    template <class U>
    struct holder<U&> {
        explicit holder(U& target) : object(&target) {}
        U& get() const noexcept { return *object; }
        U* object;
    };

    void rethrow_if_error() const {
        if (kind_ != kind::value) [[unlikely]]
            fail_without_value();
    }
    [[noreturn, gnu::noinline, gnu::cold]] void fail_without_value() const {
        check(kind_ == kind::error, "the outcome is not there yet, or was already taken");
        std::rethrow_exception(error_);
    }

    union {
        holder<T> value_;
        std::exception_ptr error_;
    };
    kind kind_ = kind::empty;
};

/// An outcome without a value: done, or what was thrown. One pointer wide.
template <>
class outcome<void> {
public:
    void emplace() noexcept { error_ = nullptr; }
    void fail(std::exception_ptr error) noexcept { error_ = std::move(error); }
    [[nodiscard]] bool has_error() const noexcept { return error_ != nullptr; }
    [[nodiscard]] const std::exception_ptr& error() const noexcept { return error_; }
    void get() const {
        if (error_) [[unlikely]]
            std::rethrow_exception(error_);
    }
    void take() const { get(); }
    void reset() noexcept { error_ = nullptr; }

private:
    std::exception_ptr error_;
};

namespace impl {

/// The outcome as a value, nothing thrown; a value is moved out of one that is not const.
template <class T>
result<std::remove_cvref_t<T>> to_result(outcome<T>& ended) {
    if (ended.has_error()) return std::unexpected(ended.error());
    if constexpr (std::is_void_v<T>)
        return {};
    else
        return ended.take();
}
template <class T>
result<std::remove_cvref_t<T>> to_result(const outcome<T>& ended) {
    if (ended.has_error()) return std::unexpected(ended.error());
    if constexpr (std::is_void_v<T>)
        return {};
    else
        return ended.get();
}

}  // namespace impl

}  // namespace troika
