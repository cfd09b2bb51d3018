// SPDX-License-Identifier: MIT
#include "apps/troika/shown_run.hpp"

#include "os/environment.hpp"
#include "os/signal.hpp"
#include "os/terminal.hpp"

#include <troika/signals/signals.hpp>
#include <troika/tasks/sleep.hpp>
#include <troika/tasks/task_group.hpp>

#include <csignal>
#include <cstdio>
#include <optional>
#include <utility>

namespace troika::apps {

namespace {

constexpr std::chrono::milliseconds tick_interval{100};

task<void> keep_display(get_display& display, const get_display::run_state& run) {
    for (;;) {
        co_await sleep(tick_interval);
        if (os::take_pending({SIGCONT}) == SIGCONT) display.forget_screen();
        display.tick(run, current_task().home().now());
    }
}

// Ctrl-Z and Ctrl-\, as if nobody had asked; but first the screen is the shell's again.
task<void> yield_to_signals(get_display& display) {
    signals both({SIGTSTP, SIGQUIT});
    for (;;) {
        const int number = co_await both;
        display.leave_screen();
        os::yield_to(number);
    }
}

task<void> end_on_signal(task_group& group, get_display& display, int& received) {
    received = co_await signals({SIGINT, SIGTERM});
    display.hide_bars();
    group.cancel();
}

}  // namespace

get_display display_here(const fetch::get_options& options) {
    const get_display::terminals terminals{.output = os::is_terminal(1),
                                           .error = os::is_terminal(2)};
    return get_display(options, get_display::choose_style(options, terminals, os::environment));
}

task<int> show_run(get_display& display, task<void> run, get_display::run_state state,
                   const fetch::exit_status& status) {
    const time_point began = current_task().home().now();
    int signal = 0;
    std::optional<fetch::failure> broken;
    auto body = [&](task_group& group) -> task<void> {
        group.create_task(end_on_signal(group, display, signal), {.name = "signals"});
        if (display.has_bars()) group.create_task(yield_to_signals(display), {.name = "stop"});
        if (display.wants_ticks())
            group.create_task(keep_display(display, state), {.name = "display"});
        try {
            co_await std::move(run);
        } catch (const fetch::failure& error) {
            broken = error;
        }
        group.cancel();
    };
    co_await with_task_group(body);
    fetch::exit_status all = status;
    if (broken) all.add(broken->why());
    if (signal != 0) all.end_by_signal(signal);
    display.summarize(state.totals, current_task().home().now() - began, all.code());
    while (!display.flush_screen()) co_await sleep(tick_interval);
    if (broken) std::fprintf(stderr, "troika get: %s\n", broken->what());
    co_return all.code();
}

}  // namespace troika::apps
