// SPDX-License-Identifier: MIT
#include <troika/io/detour.hpp>

#include <troika/core/task.hpp>

#include <cerrno>
#include <concepts>
#include <new>

namespace troika::io {

namespace {

/// The operation, awaited where it belongs.
struct step {
    void* operation;
    detour::start_function start;

    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <std::derived_from<troika::impl::promise_base> P>
    void await_suspend(std::coroutine_handle<P> frame) const noexcept {
        start(operation, frame.promise().node(), frame);
    }
    void await_resume() const noexcept {}
};

task<void> go_around(scheduler& loop, void* operation, detour::start_function start,
                     std::int32_t& result) {
    try {
        co_await resume_on(loop);
        co_await step{operation, start};
    } catch (const cancelled&) {
        result = -ECANCELED;
    } catch (...) {
        result = -ENOMEM;
    }
}

}  // namespace

void detour::begin(scheduler& loop, task_node& node, std::coroutine_handle<> frame, void* operation,
                   start_function start, std::int32_t& result) noexcept {
    try {
        task<void> way = go_around(loop, operation, start, result);
        const auto coroutine = troika::impl::task_access::release(way);
        coroutine.promise().begin_under(node, frame);
        way_ = coroutine;
        coroutine.resume();
        return;
    } catch (const std::bad_alloc&) {
        result = -ENOMEM;
    }
    frame.resume();
}

}  // namespace troika::io
