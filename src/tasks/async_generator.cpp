// SPDX-License-Identifier: MIT
#include <troika/tasks/async_generator.hpp>

#include "core/report.hpp"

#include <stdexcept>
#include <string>

namespace troika::impl {

namespace {

/// Lets the body run from its co_yield, which throws, to its end.
class close_operation {
public:
    close_operation(generator_promise_base& promise, std::coroutine_handle<> body) noexcept
        : promise_(promise), body_(body) {}

    [[nodiscard]] bool await_ready() const noexcept { return promise_.begin_close(); }
    template <std::derived_from<promise_base> P>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<P> closer) const noexcept {
        promise_.begin_step(closer.promise().node(), closer);
        return body_;
    }
    void await_resume() const {
        // `cancelled` is how a body that was closed ends. If it came from outside it is not lost:
        // the next await of the one who closes throws it.
        if (const std::exception_ptr error = promise_.take_error(); error && !is_cancelled(error))
            std::rethrow_exception(error);
    }

private:
    generator_promise_base& promise_;
    std::coroutine_handle<> body_;
};

}  // namespace

task<void> close_generator(generator_promise_base& promise, std::coroutine_handle<> body) {
    co_await close_operation(promise, body);
}

void generator_promise_base::look_at_scopes(const std::source_location& where) const {
    // Another scope than before may also be the task's owner, if it was handed over meanwhile.
    if (!node().in_own_scope()) return;
    const std::string text =
        std::string("co_yield while a scope is open that the generator opened: ") +
        where.function_name() + " at " + where.file_name() + ":" + std::to_string(where.line()) +
        "\n  leave the scope before co_yield: the consumer would run inside it";
    if (reporting) report(text);
    throw std::logic_error(text);
}

}  // namespace troika::impl
