// SPDX-License-Identifier: MIT
#include <troika/core/errors.hpp>
#include <troika/tasks/work.hpp>

#include <charconv>
#include <string>

namespace troika::impl {

task<settled> settle(future_core& core, time_point deadline) {
    settled how = settled::in_time;
    {
        cancel_scope scope({.deadline = deadline});
        try {
            co_await until_done(core);
        } catch (const cancelled&) {
            how = settled::stopped;
        }
        scope.leave();
        if (how != settled::in_time && scope.caught()) how = settled::late;
    }
    if (how != settled::in_time) {
        cancel_future(core);
        const cancel_scope protect({.shielded = true});
        if (core.is_task()) co_await until_done(core);
    }
    co_return how;
}

namespace {

/// Such as `1.5 s` or `20 ms`.
std::string to_text(duration length) {
    struct unit {
        const char* name;
        double nanoseconds;
    };
    constexpr unit units[] = {{" s", 1e9}, {" ms", 1e6}, {" us", 1e3}, {" ns", 1}};
    const auto count = static_cast<double>(length.count());
    const unit* chosen = units;
    while (chosen != std::end(units) - 1 && count < chosen->nanoseconds) ++chosen;
    char digits[32];
    const double value = count / chosen->nanoseconds;
    const auto end = std::to_chars(std::begin(digits), std::end(digits), value,
                                   std::chars_format::general, 6);
    return std::string(digits, end.ptr) + chosen->name;
}

}  // namespace

void throw_timeout(const char* operation, duration limit) {
    throw timeout_error(std::string(operation) + ": not done within " + to_text(limit));
}

time_point deadline_in(duration limit) noexcept {
    return deadline_after(current_task().home().now(), limit);
}

}  // namespace troika::impl
