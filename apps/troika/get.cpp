// SPDX-License-Identifier: MIT
#include "apps/troika/commands.hpp"
#include "apps/troika/get_display.hpp"
#include "fetch/downloader.hpp"
#include "fetch/printable.hpp"
#include "os/clock.hpp"
#include "os/environment.hpp"
#include "os/file.hpp"
#include "os/signal.hpp"
#include "os/terminal.hpp"

#include <troika/http/error.hpp>
#include <troika/http/proxy.hpp>
#include <troika/loop/run.hpp>
#include <troika/signals/signals.hpp>
#include <troika/tasks/sleep.hpp>
#include <troika/tasks/task_group.hpp>

#include <csignal>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

namespace troika::apps {

namespace {

constexpr std::chrono::milliseconds tick_interval{100};

task<void> keep_display(get_display& display, fetch::downloader& run) {
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

task<int> get(const fetch::get_options& options) {
    const get_display::terminals terminals{.output = os::is_terminal(1),
                                           .error = os::is_terminal(2)};
    get_display display(options, get_display::choose_style(options, terminals, os::environment));
    const auto seed = static_cast<std::uint64_t>(os::wall_time().time_since_epoch().count());
    fetch::downloader run(options, display, seed, os::file_mode_mask());
    const time_point began = current_task().home().now();
    int signal = 0;
    std::optional<fetch::failure> broken;
    auto body = [&](task_group& group) -> task<void> {
        group.create_task(end_on_signal(group, display, signal), {.name = "signals"});
        if (display.has_bars()) group.create_task(yield_to_signals(display), {.name = "stop"});
        if (display.wants_ticks())
            group.create_task(keep_display(display, run), {.name = "display"});
        try {
            co_await run.run();
        } catch (const fetch::failure& error) {
            broken = error;
        }
        group.cancel();
    };
    co_await with_task_group(body);
    fetch::exit_status status = run.status();
    if (broken) status.add(broken->why());
    if (signal != 0) status.end_by_signal(signal);
    display.summarize(run, current_task().home().now() - began, status.code());
    while (!display.flush_screen()) co_await sleep(tick_interval);
    if (broken) std::fprintf(stderr, "troika get: %s\n", broken->what());
    co_return status.code();
}

// The list of failures is emptied before the list of downloads was read to its end.
void check_lists(const fetch::get_options& options) {
    os::file_status read, written;
    const bool both = os::status(options.list.c_str(), true, read) >= 0 &&
                      os::status(options.failed_out.c_str(), true, written) >= 0;
    if (both && read.device == written.device && read.inode == written.inode)
        throw fetch::failure(fetch::cause::usage,
                             "--failed-out would overwrite the list that is read: name another "
                             "file");
}

// Takes from the environment what the command line leaves open.
void look_around(const surroundings& said, fetch::get_options& options) {
    const auto variable = [](std::string_view name) {
        return os::environment(std::string(name).c_str());
    };
    if (said.proxy && said.proxy->empty()) {
        options.proxies = {};
    } else if (said.proxy) {
        const std::string direct = said.direct.value_or("");
        options.proxies = http::proxy_settings(http::proxy::parse(*said.proxy),
                                               http::proxy_exceptions(direct, "--noproxy"));
    } else {
        const auto read = [&](std::string_view name) -> std::optional<std::string> {
            const bool exceptions = name == "no_proxy" || name == "NO_PROXY";
            return exceptions && said.direct ? said.direct : variable(name);
        };
        options.proxies = http::proxy_settings::from_environment(read);
    }
    if (!said.netrc || !options.netrc.empty()) return;
    const std::optional<std::string> home = variable("HOME");
    options.netrc = variable("NETRC").value_or(home.value_or(".") + "/.netrc");
}

}  // namespace

int run_get(const get_command& command) {
    fetch::get_options options = command.options;
    try {
        look_around(command.around, options);
        check_lists(options);
        fetch::check_options(options);
    } catch (const http::http_error& error) {
        std::fprintf(stderr, "troika get: %s\n", fetch::printable(error.what()).c_str());
        return 2;
    } catch (const fetch::failure& error) {
        std::fprintf(stderr, "troika get: %s\n", error.what());
        return static_cast<int>(error.why());
    }
    os::ignore_sigpipe();
    // A file may not grow: the write says so. A terminal may not like writing from the background:
    // a message is no reason to stop. That the program goes on is asked for at each tick.
    os::set_blocked({SIGXFSZ, SIGTTOU, SIGCONT}, true);
    const std::size_t wanted = fetch::descriptors_max(options);
    if (os::get_descriptor_limits().soft < wanted && os::raise_descriptor_limit() < wanted) {
        std::fprintf(stderr,
                     "troika get: -j %u and -s %u need %zu open files, and the limit is %llu: use "
                     "smaller ones, or raise the limit (ulimit -Hn)\n",
                     options.jobs, options.splits, wanted,
                     static_cast<unsigned long long>(os::get_descriptor_limits().soft));
        return 2;
    }
    return run(get(options), {.handle_interrupt = false});
}

}  // namespace troika::apps
