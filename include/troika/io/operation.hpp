// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/promise_base.hpp>
#include <troika/core/suspension.hpp>
#include <troika/io/detour.hpp>
#include <troika/loop/poller.hpp>

#include <concepts>
#include <coroutine>
#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

namespace troika {
class event_loop;
}

namespace troika::io {

/// One operation of the poller as an awaiter: parks the task until the operation completes.
///
/// Lives in the frame of the coroutine that awaits it and allocates nothing. Who derives from it
/// adds await_resume(), which makes a value or an exception of result().
/// Cancel: the kernel is asked to stop, and the wait ends when it has; if it was faster, the result
/// is delivered. A task of a thread pool, or of another loop, awaits it as well: it begins and
/// completes on its loop. Thread: the loop's, apart from the await.
class operation : public suspension, public io_operation {
public:
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <std::derived_from<impl::promise_base> P>
    void await_suspend(std::coroutine_handle<P> frame) noexcept {
        start(frame.promise().node(), frame);
    }

    /// The kind of request; who knows the subject adds it.
    [[nodiscard]] std::string label() const override;

protected:
    operation(event_loop& loop, const io_request& wanted) noexcept
        : io_operation(wanted), loop_(&loop) {}
    operation(operation&& other) noexcept
        : suspension(std::move(other)), io_operation(other.request), loop_(other.loop_) {}
    ~operation() = default;

    void start(task_node& node, std::coroutine_handle<> frame) noexcept;

    /// For who overrides complete(), to do one thing in several requests:
    /// the wait is over, with `result`,
    void finish(std::int32_t result) noexcept {
        result_ = result;
        wake();
    }
    /// or the changed request is submitted, unless the wait was aborted meanwhile.
    void go_on() noexcept;
    void complete(std::int32_t result) noexcept override { finish(result); }

    /// What the request gave, or a negative errno.
    [[nodiscard]] std::int32_t result() const noexcept { return result_; }
    /// The result. Throws: `cancelled` when it was stopped.
    std::int32_t result_unless_cancelled() const;
    /// For calls: why a helper thread did not make it.
    [[nodiscard]] std::exception_ptr not_called() const;
    [[noreturn]] void throw_not_called() const { std::rethrow_exception(not_called()); }
    [[nodiscard]] event_loop& loop() const noexcept { return *loop_; }

private:
    abort_answer abort() noexcept override;
    void start_here(task_node& node, std::coroutine_handle<> frame) noexcept;

    event_loop* loop_;
    detour detour_;
    std::int32_t result_ = 0;
    bool abort_asked_ = false;
};

/// What `op` is called in labels and messages: `recv`, `connect`.
std::string_view name_of(io_op op) noexcept;

}  // namespace troika::io
