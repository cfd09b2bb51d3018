// SPDX-License-Identifier: MIT
#include <troika/loop/stall_watchdog.hpp>

#include <troika/core/promise_base.hpp>

#include "inspect/registry.hpp"
#include "loop/stall_probe.hpp"
#include "os/clock.hpp"
#include "os/environment.hpp"
#include "os/futex.hpp"
#include "os/process_memory.hpp"
#include "os/standard_streams.hpp"
#include "os/symbol.hpp"
#include "os/terminal.hpp"
#include "os/thread.hpp"
#include "os/thread_probe.hpp"

#include <algorithm>
#include <atomic>
#include <map>
#include <optional>
#include <span>
#include <stdexcept>
#include <utility>

namespace troika {

namespace {

/// A number that another thread may be changing, or that may be gone: the kernel copies it.
template <class T>
std::optional<T> peek(std::uint64_t address) {
    T value;
    const auto into = std::as_writable_bytes(std::span(&value, 1));
    const long count = os::read_process_memory(os::process_id(), address, into);
    return count == static_cast<long>(sizeof value) ? std::optional(value) : std::nullopt;
}

std::string name_of(const impl::stall_probe::seen_task& task) {
    return task.name[0] != '\0' ? std::string(task.name) : "#" + std::to_string(task.id);
}

/// The coroutines of a task from the one on that was resumed last. Since the task runs, that may
/// have ended; those that await it have not.
std::vector<frame_view> awaits_of(const impl::stall_probe& probe) {
    constexpr std::size_t frames_max = 64;
    const impl::registry& list = *impl::registry::get();
    const auto at = [&](impl::place what) {
        return list.head().places[static_cast<std::size_t>(what)];
    };
    std::vector<frame_view> frames;
    auto frame = reinterpret_cast<std::uintptr_t>(probe.frame);
    for (std::size_t i = 0; frame != 0 && i < frames_max; ++i) {
        const std::uint64_t promise = frame + at(impl::place::promise);
        const auto resume = peek<const void*>(frame);   // of what has ended, something else
        const auto where = peek<std::source_location>(promise + at(impl::place::promise_where));
        const auto awaiter = peek<std::uint64_t>(promise + at(impl::place::promise_awaiter));
        const auto node = peek<const void*>(promise + at(impl::place::promise_node));
        if (!resume || !where || !awaiter || !node || *node != probe.task) break;
        if (os::is_code(*resume))
            frames.push_back({where->function_name(), where->file_name(), where->line()});
        frame = *awaiter % 2 == 0 ? *awaiter : 0;
    }
    return frames;
}

}  // namespace

std::string loop_stall::to_text() const {
    std::string text = "troika: task " + task + " has held the loop of thread " +
                       std::to_string(thread) + " for " +
                       std::to_string(held / std::chrono::milliseconds(1)) + " ms";
    if (delayed != 0) {
        text += "; " + std::to_string(delayed) + (delayed == 1 ? " task waits: " : " tasks wait: ");
        for (std::size_t i = 0; i < waiting.size(); ++i) text += (i == 0 ? "" : ", ") + waiting[i];
        if (delayed > waiting.size()) text += ", ...";
    }
    text += "\n" + task_tree::to_text(awaits);
    if (!calls.empty()) text += "  its thread is here:\n" + calls;
    return text;
}

/// The thread that looks.
class stall_watchdog::watcher {
public:
    explicit watcher(options o) : options_(std::move(o)) {
        if (options_.hold_max < std::chrono::milliseconds(1))
            throw std::invalid_argument("a stall_watchdog needs a hold_max of 1 ms at least");
        if (impl::registry::get() == nullptr)
            throw std::logic_error("a stall_watchdog needs the register of loops: run the program "
                                   "without TROIKA_INSPECT=0");
        thread_.start_or_throw("the thread that watches for stalls", "stalls", &watcher::main,
                               this);
    }
    ~watcher() {
        end_.store(1, std::memory_order_release);
        os::futex_wake(end_);
        thread_.join();
    }

private:
    struct known {
        std::uint64_t turns = 0;
        time_point report_at = never;
        std::uint64_t look = 0;   // the last in which the loop was there
    };

    static void main(void* self) noexcept { static_cast<watcher*>(self)->watch(); }

    void watch() noexcept {
        while (end_.load(std::memory_order_acquire) == 0) {
            look();
            os::futex_wait(end_, 0, os::steady_time() + options_.hold_max / 4);
        }
    }

    void look() noexcept {
        impl::registry& list = *impl::registry::get();
        const std::uint32_t used = list.head().used.load(std::memory_order_acquire);
        ++looks_;
        for (std::uint32_t slot = 1; slot <= used; ++slot) {
            const impl::listing_data what = list.read(slot);
            if (what.kind != impl::listed::loop || what.thread == 0) continue;
            try {
                look_at(what);
            } catch (...) {   // no memory for it: then the next time
            }
        }
        std::erase_if(known_, [&](const auto& each) { return each.second.look != looks_; });
    }

    void look_at(const impl::listing_data& loop) {
        const auto turns = peek<std::uint64_t>(loop.gauges[0]);
        const auto began = peek<time_point>(loop.gauges[1]);
        const auto task =
            peek<const void*>(loop.thread + offsetof(impl::thread_state, task));
        if (!turns || !began || !task) return;
        known& before = known_[loop.number];
        before.look = looks_;
        if (before.turns != *turns || *task == nullptr) {
            before.turns = *turns;
            before.report_at = *began + options_.hold_max;
            return;
        }
        const time_point now = os::steady_time();
        if (now < before.report_at) return;
        before.report_at = *began + 4 * (now - *began);
        report(loop, now - *began);
    }

    void report(const impl::listing_data& loop, duration held) {
        auto probe = std::make_unique<impl::stall_probe>();
        loop_stall stall;
        stall.thread = loop.id;
        stall.held = held;
        const bool looked = os::probe_thread(
                                loop.id,
                                [](void* self) noexcept {
                                    static_cast<impl::stall_probe*>(self)->look();
                                },
                                probe.get()) == 0;
        if (looked && !probe->runs) return;   // it has just given the turn back
        stall.task = looked ? name_of(probe->running) : "(not known)";
        stall.awaits = awaits_of(*probe);
        stall.calls =
            os::describe_calls(std::span(probe->calls.data(), probe->call_count));
        stall.delayed = probe->delayed;
        for (std::size_t i = 0; i < std::min(probe->delayed, probe->waiting.size()); ++i)
            stall.waiting.push_back(name_of(probe->waiting[i]));
        if (options_.report)
            options_.report(stall);
        else
            os::write_text(2, stall.to_text());
    }

    const options options_;
    std::atomic<std::uint32_t> end_{0};
    std::uint64_t looks_ = 0;
    std::map<std::uint32_t, known> known_;   // by the number of the listing
    os::thread thread_;
};

stall_watchdog::stall_watchdog() : stall_watchdog(options()) {}
stall_watchdog::stall_watchdog(options o) : watcher_(std::make_unique<watcher>(std::move(o))) {}
stall_watchdog::~stall_watchdog() = default;

}  // namespace troika
