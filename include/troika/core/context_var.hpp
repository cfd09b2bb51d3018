// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/recycler.hpp>
#include <troika/core/task_node.hpp>
#include <troika/core/thread_state.hpp>

#include <atomic>
#include <cstdint>
#include <stdexcept>
#include <utility>

namespace troika {

namespace impl {

/// One value bound to one variable, on top of the bindings that were there before. Immutable once
/// made, so that a task and the tasks it starts share the chain; counted, because each may outlive
/// the other.
struct context_binding {
    context_binding(const void* bound_variable, context_binding* below) noexcept
        : variable(bound_variable), next(below) {}
    context_binding(const context_binding&) = delete;
    context_binding& operator=(const context_binding&) = delete;
    virtual ~context_binding() = default;

    static void retain(context_binding* chain) noexcept;
    static void release(context_binding* chain) noexcept;
    /// The innermost binding of `variable` in the chain of the current task, or null.
    static const context_binding* find(const void* variable) noexcept;
    static context_binding* current() noexcept;
    static void replace_current(context_binding* chain) noexcept;   // takes over one reference

    const void* const variable;
    context_binding* const next;
    std::atomic<std::uint32_t> references{1};
};

}  // namespace impl

/// A variable whose value belongs to a task rather than to a thread.
///
/// A task starts with the values that the task which started it had at that moment; what it sets is
/// seen by itself and by what it starts later, by nobody else (as Python's ContextVar).
/// Lifetime: longer than every task that uses it; usually static and const.
template <class T>
class context_var {
public:
    context_var() = default;
    explicit context_var(T fallback) : fallback_(std::move(fallback)), has_fallback_(true) {}
    context_var(const context_var&) = delete;
    context_var& operator=(const context_var&) = delete;

    /// Returns: the current task's value, else the fallback given at construction.
    /// Throws: std::logic_error when there is neither. Lifetime: until the task sets another value.
    [[nodiscard]] const T& get() const {
        if (const auto* bound = impl::context_binding::find(this))
            return static_cast<const binding*>(bound)->value;
        if (!has_fallback_)
            throw std::logic_error("a context_var without a fallback was read before it was set");
        return fallback_;
    }

    /// Binds `value` until reset() or the end of the task. Requires: runs in a task.
    void set(T value) const {
        impl::context_binding* below = impl::context_binding::current();
        impl::context_binding::retain(below);
        impl::context_binding::replace_current(new binding(this, below, std::move(value)));
    }

    /// A value that holds until the end of a C++ scope; nests like brackets within one task.
    class [[nodiscard]] bound {
    public:
        bound(const context_var& variable, T value) : before_(impl::context_binding::current()) {
            impl::context_binding::retain(before_);
            variable.set(std::move(value));
        }
        bound(const bound&) = delete;
        bound& operator=(const bound&) = delete;
        ~bound() { impl::context_binding::replace_current(before_); }

    private:
        impl::context_binding* before_;
    };

private:
    struct binding final : impl::context_binding {
        binding(const void* of, context_binding* below, T bound_value)
            : context_binding(of, below), value(std::move(bound_value)) {}
        T value;
    };

    T fallback_{};
    bool has_fallback_ = false;
};

}  // namespace troika
