// SPDX-License-Identifier: MIT
#include "watch/live_trace.hpp"

#include "watch/program.hpp"

#include "os/clock.hpp"
#include "os/event_fd.hpp"
#include "os/fd.hpp"
#include "os/futex.hpp"
#include "os/process.hpp"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace troika::watch {

namespace {

using namespace std::chrono_literals;
using namespace impl;

/// How often one looks whether the program is still there.
constexpr auto look_every = 100ms;

bool is_there(int pid) { return !name_of_process(pid).empty(); }

/// Has loops that sleep take a turn. Where that is not allowed they begin when they wake.
void wake_loops(int pid) {
    const program seen = read_program(pid);
    for (const listing_data& each : seen.listed) {
        if (each.kind != listed::loop || each.gauges[2] == 0) continue;
        const os::fd bell(os::copy_descriptor_of(pid, static_cast<int>(each.gauges[2] - 1)));
        if (bell) os::signal_event(bell.get());
    }
}

}  // namespace

void trace_program(int pid, const std::string& path, std::chrono::milliseconds length,
                   std::chrono::milliseconds patience) {
    const open_register opened = open_program_to_ask(pid);
    registry_head& head = opened.head();
    const std::string whole = std::filesystem::absolute(path).string();
    if (whole.size() >= sizeof head.trace_path)
        throw std::runtime_error("the path is too long, at most " +
                                 std::to_string(sizeof head.trace_path - 1) + " bytes: " + whole);
    // Who asked before and was killed may have left a wish behind, or a program that records.
    std::uint32_t before = trace_asked;
    head.trace.compare_exchange_strong(before, trace_idle, std::memory_order_acq_rel);
    if (before == trace_records)
        throw std::runtime_error("process " + std::to_string(pid) +
                                 " records already: try again when that has ended");
    std::ranges::copy(whole, head.trace_path);
    head.trace_path[whole.size()] = '\0';
    head.trace_ms = static_cast<std::uint32_t>(
        std::clamp<std::int64_t>(length.count(), 1, 24 * 3'600'000));
    head.trace.store(trace_asked, std::memory_order_release);
    wake_loops(pid);
    const auto give_up = os::steady_time() + patience;
    for (;;) {
        std::uint32_t state = head.trace.load(std::memory_order_acquire);
        if (state == trace_done) return;
        if (state == trace_failed) {
            head.trace_error[sizeof head.trace_error - 1] = '\0';
            throw std::runtime_error(head.trace_error);
        }
        if (!is_there(pid))
            throw std::runtime_error("process " + std::to_string(pid) +
                                     " has ended before it had written the trace");
        const auto now = os::steady_time();
        if (state == trace_asked && now >= give_up &&
            head.trace.compare_exchange_strong(state, trace_idle, std::memory_order_acq_rel))
            throw std::runtime_error(
                "process " + std::to_string(pid) + " did not begin to record: no loop or pool of "
                "it has had anything to do. `troika tree` shows what they wait for");
        os::shared_futex_wait(head.trace, state, now + look_every);
    }
}

}  // namespace troika::watch
