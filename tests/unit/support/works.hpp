// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/cancel_scope.hpp>
#include <troika/tasks/sleep.hpp>
#include <troika/tasks/yield_now.hpp>

#include "unit/support/virtual_loop.hpp"

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

// Small pieces of work that the tests combine.
namespace troika::testing_support {

inline task<int> after(duration time, int value) {
    co_await sleep(time);
    co_return value;
}
inline task<std::string> text_after(duration time, std::string value) {
    co_await sleep(time);
    co_return value;
}
inline task<std::unique_ptr<int>> box_after(duration time, int value) {
    co_await sleep(time);
    co_return std::make_unique<int>(value);
}
inline task<void> nothing_after(duration time) { co_await sleep(time); }
inline task<int> fail_after(duration time, const char* what) {
    co_await sleep(time);
    throw std::runtime_error(what);
}
/// Gives `value` when it is cancelled, without awaiting again.
inline task<int> value_when_cancelled(int value) {
    try {
        co_await sleep(std::chrono::hours(24));
    } catch (const cancelled&) {
        co_return value;
    }
    co_return 0;
}
/// Takes `time` to end, even when it is cancelled.
inline task<void> clean_up_slowly(duration time, std::vector<std::string>& log) {
    bool stopped = false;
    try {
        co_await sleep(std::chrono::hours(24));
    } catch (const cancelled&) {
        stopped = true;
    }
    const cancel_scope protect({.shielded = true});
    co_await sleep(time);
    log.push_back(stopped ? "cleaned up" : "slept through");
    throw cancelled{};
}

}  // namespace troika::testing_support
