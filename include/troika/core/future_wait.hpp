// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/outcome.hpp>
#include <troika/core/clock.hpp>
#include <troika/core/future_core.hpp>

#include <exception>
#include <utility>

namespace troika {
class scheduler;
}

namespace troika::impl {

template <class T>
class task_state;
template <class T>
class promise_state;
template <class T, bool Moves>
class future_awaiter;
struct future_access;

/// Blocks the calling plain thread. Throws: std::logic_error on a thread that runs an event loop
/// and would wait for itself.
void block_on(future_core& core, time_point deadline);
bool block_for(future_core& core, duration length);
/// Blocks as block_on(), and where that is refused nevertheless: for who cannot go before the work
/// is done, because it uses what is his. Thread: any but one that runs an event loop.
void wait_whatever_comes(future_core& core) noexcept;

/// A stretch in which this thread may sleep until another one does something. On a worker of a pool
/// another thread takes over its work meanwhile.
/// Throws: std::logic_error on a thread that runs an event loop, which would wait for itself.
class blocking_section {
public:
    blocking_section();
    blocking_section(const blocking_section&) = delete;
    blocking_section& operator=(const blocking_section&) = delete;
    ~blocking_section();

private:
    scheduler* const home_;
};

/// Throws: std::logic_error, for a promise that was kept before.
[[noreturn]] void throw_kept_twice();
/// What the futures of a promise get that was never kept.
std::exception_ptr make_broken_promise() noexcept;

/// The time `length` from now: of the scheduler that runs on this thread, else real time.
time_point deadline_here(duration length) noexcept;

/// future::cancel() for tasks (asks their home) and promises alike.
bool cancel_future(future_core& core) noexcept;

/// Tells the report sink of an error that nobody looked at. Debug builds only.
void report_unseen(const future_core& core, const std::exception_ptr& error) noexcept;
void report_callback_error(const std::exception_ptr& error) noexcept;

template <class F>
void call_reporting(F&& call) noexcept {
    try {
        call();
    } catch (...) {
        report_callback_error(std::current_exception());
    }
}

template <class T>
void report_if_unseen(const future_core& core, const outcome<T>& ended) noexcept {
    if (ended.has_error() && !core.retrieved()) [[unlikely]]
        report_unseen(core, ended.error());
}

template <class T>
void move_outcome(outcome<T>& from, outcome<T>& to) noexcept {
    if (from.has_error()) {
        to.fail(from.error());
        return;
    }
    try {
        if constexpr (std::is_void_v<T>)
            to.emplace();
        else
            to.emplace(from.take());
    } catch (...) {   // the value's own move failed: that is then what the work gave
        to.fail(std::current_exception());
    }
}

template <class T>
struct outcome_reader {
    const outcome<T>& of;
    [[nodiscard]] std::exception_ptr error() const {
        return of.has_error() ? of.error() : std::exception_ptr{};
    }
};

}  // namespace troika::impl
