// SPDX-License-Identifier: MIT
#include "core/report.hpp"

#include <troika/core/errors.hpp>
#include <troika/core/future_wait.hpp>
#include <troika/core/promise_base.hpp>
#include <troika/core/task_tree.hpp>

#include <cstdio>
#include <exception>
#include <string>

namespace troika::impl {

void report(std::string_view text) noexcept {
    std::fprintf(stderr, "troika: %.*s\n", static_cast<int>(text.size()), text.data());
}

void report_never_awaited(const std::source_location& where) noexcept {
    // While an exception unwinds, tasks that wait for their turn are dropped with good reason.
    if (!reporting || current_thread.dropping || std::uncaught_exceptions() > 0) return;
    try {
        report(std::string("a task was never awaited: ") + where.function_name() + " at " +
               where.file_name() + ":" + std::to_string(where.line()) +
               "\n  co_await it, or hand it to create_task() or run()");
    } catch (...) {   // no memory for the text: the report is a courtesy
    }
}

void report_unseen(const future_core& core, const std::exception_ptr& error) noexcept {
    if (!reporting || is_cancelled(error)) return;
    try {
        std::string text = "an exception was never retrieved from ";
        text += core.is_task() ? "a task" : "a future";
        if (core.is_task())
            if (const char* name = static_cast<const task_node&>(core).name())
                text += std::string(" '") + name + "'";
        report(text + ": " + describe(error) + "\n  await its future, or look at exception()");
    } catch (...) {   // as above
    }
}

void report_callback_error(const std::exception_ptr& error) noexcept {
    try {
        report("a done-callback threw: " + describe(error));
    } catch (...) {   // as above
    }
}

}  // namespace troika::impl
