// SPDX-License-Identifier: MIT
#include "inspect/trace_request.hpp"

#include <troika/core/clock.hpp>
#include <troika/core/errors.hpp>
#include <troika/inspect/trace_to.hpp>

#include "inspect/registry.hpp"
#include "os/clock.hpp"
#include "os/futex.hpp"
#include "os/thread.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <string>

namespace troika::impl {

namespace {

void answer(registry_head& head, trace_request state, const std::string& error) noexcept {
    const std::size_t size = std::min(error.size(), sizeof head.trace_error - 1);
    std::copy_n(error.begin(), size, head.trace_error);
    head.trace_error[size] = '\0';
    head.trace.store(state, std::memory_order_release);
    os::shared_futex_wake(head.trace);
}

void record(void*) noexcept {
    registry_head& head = registry::get()->head();
    try {
        head.trace_path[sizeof head.trace_path - 1] = '\0';
        trace_file file(head.trace_path);
        const time_point end =
            deadline_after(os::steady_time(), std::chrono::milliseconds(head.trace_ms));
        const std::atomic<std::uint32_t> pause{0};   // not a word that others may write
        while (os::futex_wait(pause, 0, end)) {}
        file.write();
        answer(head, trace_done, "");
    } catch (...) {
        answer(head, trace_failed, describe(std::current_exception()));
    }
}

}  // namespace

trace_wish::trace_wish() noexcept {
    registry* const known = registry::get();
    state_ = known != nullptr ? &known->head().trace : nullptr;
}

void trace_wish::obey() noexcept {
    registry* const known = registry::get();   // none in a child of fork()
    std::uint32_t expected = trace_asked;
    if (known == nullptr ||
        !known->head().trace.compare_exchange_strong(expected, trace_records,
                                                     std::memory_order_acq_rel))
        return;
    if (os::start_abandonable_thread("trace", &record, nullptr) < 0)
        answer(known->head(), trace_failed, "a thread that records could not be started");
}

}  // namespace troika::impl
