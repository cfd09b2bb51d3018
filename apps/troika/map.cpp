// SPDX-License-Identifier: MIT
#include "apps/troika/commands.hpp"
#include "fetch/printable.hpp"
#include "mapper/job_run.hpp"
#include "os/environment.hpp"
#include "os/signal.hpp"
#include "os/terminal.hpp"

#include <troika/loop/run.hpp>
#include <troika/signals/signals.hpp>
#include <troika/tasks/sleep.hpp>
#include <troika/tasks/task_group.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <optional>
#include <stdexcept>
#include <string>

namespace troika::apps {

namespace {

constexpr std::chrono::milliseconds tick_interval{100};
constexpr int other_error = 255;   // as GNU parallel's

/// What a run says, and how far it is: one line on standard error that is painted again and again.
class map_display final : public mapper::map_observer {
public:
    explicit map_display(bool has_bar) noexcept : has_bar_(has_bar) {}

    void paint(const mapper::job_run& run, duration time) {
        if (!has_bar_ || hidden_) return;
        const mapper::job_counts& counts = run.counts();
        const std::uint64_t ended = counts.succeeded + counts.failed;
        std::string text = std::to_string(ended);
        std::string bar;
        if (const std::optional<std::uint64_t> total = run.total(); total && *total != 0) {
            const std::uint64_t share = ended * bar_columns / *total;
            bar = "[" + std::string(share, '#') + std::string(bar_columns - share, '.') + "] " +
                  std::to_string(ended * 100 / *total) + "% ";
            text += " of " + std::to_string(*total);
        }
        text = bar + text + " done, " + std::to_string(counts.started - ended) + " running, " +
               std::to_string(counts.failed) + " failed, " +
               std::to_string(time / std::chrono::seconds(1)) + " s";
        const std::size_t columns = os::size_of_terminal(2).columns;
        os::write_text(2, "\r" + text.substr(0, columns - 1) + "\x1b[K");
        painted_ = true;
    }
    void leave() {
        if (painted_) os::write_text(2, "\n");
        painted_ = false;
    }

    void before_output() override {
        hidden_ = true;
        if (painted_) os::write_text(2, "\r\x1b[K");
        painted_ = false;
    }
    void after_output() override { hidden_ = false; }
    void warned(const std::string& text) override {
        const bool was_hidden = hidden_;
        before_output();
        os::write_text(2, "troika map: " + fetch::printable(text) + "\n");
        hidden_ = was_hidden;
    }

private:
    static constexpr std::uint64_t bar_columns = 20;

    const bool has_bar_;
    bool hidden_ = false;   // somebody else writes
    bool painted_ = false;
};

task<void> keep_display(map_display& display, mapper::job_run& run) {
    const time_point began = current_task().home().now();
    for (;;) {
        display.paint(run, current_task().home().now() - began);
        co_await sleep(tick_interval);
    }
}

task<void> end_on_signal(task_group& group, int& received) {
    received = co_await signals({SIGINT, SIGTERM, SIGHUP});
    group.cancel();
}

task<int> map(const mapper::map_options& options) {
    map_display display(options.bar);
    const std::string folder = os::environment("TMPDIR").value_or(P_tmpdir);
    mapper::job_run run(event_loop::current(), options, display, folder);
    const time_point began = current_task().home().now();
    int code = other_error;
    int signal = 0;
    std::string broken;
    auto body = [&](task_group& group) -> task<void> {
        group.create_task(end_on_signal(group, signal), {.name = "signals"});
        if (options.bar) group.create_task(keep_display(display, run), {.name = "display"});
        try {
            code = co_await run.run();
        } catch (const std::exception& error) {
            broken = error.what();
        }
        group.cancel();
    };
    co_await with_task_group(body);
    display.paint(run, current_task().home().now() - began);
    display.leave();
    if (!broken.empty()) display.warned(broken);
    co_return signal != 0 ? 128 + signal : code;
}

}  // namespace

int run_map(const map_command& command) {
    os::ignore_sigpipe();
    try {
        return run(map(command.options), {.handle_interrupt = false});
    } catch (const std::runtime_error& error) {
        std::fprintf(stderr, "troika map: %s\n", fetch::printable(error.what()).c_str());
        return other_error;
    }
}

}  // namespace troika::apps
