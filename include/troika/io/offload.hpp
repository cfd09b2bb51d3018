// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/outcome.hpp>
#include <troika/io/operation.hpp>

#include <concepts>
#include <coroutine>
#include <exception>
#include <string>
#include <type_traits>
#include <utility>

namespace troika::io {

/// What offload() gives: an awaiter.
template <std::invocable F>
class [[nodiscard("a call does nothing until it is awaited")]] offload_operation final
    : public operation {
public:
    using value_type = std::invoke_result_t<F&>;

    offload_operation(event_loop& loop, const char* label, F work)
        : operation(loop, call_request()), label_(label), work_(std::move(work)) {}
    offload_operation(offload_operation&& other)
        : operation(std::move(other)), label_(other.label_), work_(std::move(other.work_)) {}

    template <std::derived_from<troika::impl::promise_base> P>
    void await_suspend(std::coroutine_handle<P> frame) noexcept {
        request.function = [](void* self) noexcept -> std::int32_t {
            static_cast<offload_operation*>(self)->run();
            return 0;
        };
        request.argument = this;
        start(frame.promise().node(), frame);
    }
    value_type await_resume() {
        if (result() < 0) throw_not_called();
        return outcome_.take();
    }
    troika::result<value_type> await_resume_result() {
        if (result() < 0) return std::unexpected(not_called());
        if (outcome_.has_error()) return std::unexpected(outcome_.error());
        if constexpr (std::is_void_v<value_type>)
            return {};
        else
            return outcome_.take();
    }
    [[nodiscard]] std::string label() const override { return label_; }

private:
    static io_request call_request() noexcept {
        io_request request;
        request.op = io_op::call;
        return request;
    }
    void run() noexcept {
        try {
            if constexpr (std::is_void_v<value_type>) {
                work_();
                outcome_.emplace();
            } else {
                outcome_.emplace(work_());
            }
        } catch (...) {
            outcome_.fail(std::current_exception());
        }
    }

    const char* label_;
    F work_;
    outcome<value_type> outcome_;
};

/// The loop of the task that runs; for headers that do not include it.
event_loop& current_loop();

/// Calls `work` on a helper thread of the loop's poller, for short calls that may sleep in the
/// kernel: of the file system, say. The helpers are few; computing and long waits belong in a
/// thread pool.
///
/// Returns: what it returns. Throws: what it throws; std::system_error when no thread can be had.
/// Cancel: if it has not begun, it never does; else its end is awaited, and its result delivered.
/// Lifetime: `work` refers to what outlives the await; `label`, for the task tree, as well.
template <std::invocable F>
offload_operation<F> offload(const char* label, F work) {
    return offload_operation<F>(current_loop(), label, std::move(work));
}

}  // namespace troika::io
