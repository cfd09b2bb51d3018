// SPDX-License-Identifier: MIT
#include "apps/troika/commands.hpp"
#include "apps/troika/terminal_wishes.hpp"
#include "fetch/printable.hpp"
#include "lab/advice.hpp"
#include "lab/advice_report.hpp"
#include "lab/process_tree.hpp"
#include "lab/run_tally.hpp"
#include "os/environment.hpp"
#include "os/file.hpp"
#include "os/processors.hpp"
#include "os/signal.hpp"
#include "os/terminal.hpp"

#include <troika/fs/whole_file.hpp>
#include <troika/io/offload.hpp>
#include <troika/loop/run.hpp>
#include <troika/signals/signals.hpp>
#include <troika/subprocess/child.hpp>
#include <troika/tasks/sleep.hpp>
#include <troika/tasks/task_group.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace troika::apps {

namespace {

using namespace std::chrono_literals;

constexpr int no_such_command = 127;
constexpr int not_runnable = 126;
constexpr int own_failure = 125;
constexpr duration first_pause = 2ms;   // short programs are looked at more often
constexpr duration interval_default = 20ms;
constexpr duration watch_default = 10s;
constexpr int share_of_looking = 10;    // a look takes at most one part of so many of the time
constexpr unsigned runs_max = 5;        // of a short command, unless we are told
constexpr double seconds_wanted = 2.0;  // of all its runs together

std::uint64_t ns_of(time_point when) {
    return static_cast<std::uint64_t>(when.time_since_epoch() / 1ns);
}
time_point now() { return current_task().home().now(); }

/// One look after the other, until it is cancelled or nothing is left to look at.
task<void> watch(lab::process_tree& tree, lab::run_tally& tally, duration interval) {
    duration pause = std::min(first_pause, interval);
    for (;;) {
        const time_point begun = now();
        auto look = [&tree] { return tree.look(); };
        const lab::run_tally::looks found = co_await io::offload("look at processes", look);
        tally.look(ns_of(now()), found);
        if (found.empty()) co_return;
        const duration took = now() - begun;
        co_await sleep(std::max(pause, took * share_of_looking));
        pause = std::min(interval, pause * 3 / 2);
    }
}

/// Ctrl-C reaches a command of our own group from the terminal; what is sent to us alone is passed
/// on.
task<void> pass_signals_on(signals& received, subprocess::child& child) {
    for (;;) {
        const int number = co_await received;
        const bool from_terminal = number == SIGINT || number == SIGQUIT || number == SIGWINCH;
        const bool has_it = from_terminal && (os::in_foreground(0) || os::in_foreground(1) ||
                                              os::in_foreground(2));
        if (!has_it) child.send_signal(number);
    }
}

class advisor {
public:
    explicit advisor(const advise_command& command)
        : command_(command), processors_(os::processors_available()) {}

    task<int> run_command();
    task<int> watch_process();

private:
    struct ended {
        lab::run_facts facts;
        subprocess::exit_status status;
    };
    task<ended> run_once(bool again, signals& received);
    [[nodiscard]] bool wants_another() const;
    task<int> report(lab::report_subject subject, bool sees_waits, int descriptor, int code);
    [[nodiscard]] duration interval() const {
        return command_.interval ? *command_.interval : interval_default;
    }
    static lab::report_style style_of(int descriptor);
    static void say(const std::string& text) {
        os::write_text(2, "troika advise: " + fetch::printable(text) + "\n");
    }

    const advise_command& command_;
    const unsigned processors_;
    const os::process_sampler sampler_;
    std::vector<lab::run_facts> runs_;
};

task<advisor::ended> advisor::run_once(bool again, signals& received) {
    subprocess::start_options how;
    how.group = subprocess::process_group::ours;
    if (again) {
        os::file_status input;
        const bool is_file = os::status(0, input) == 0 && input.type == os::file_type::regular;
        how.standard_input =
            is_file ? subprocess::stdio::file("/proc/self/fd/0") : subprocess::stdio::null;
        how.standard_output = subprocess::stdio::null;
        how.standard_error = subprocess::stdio::null;
    }
    const os::children_usage before = os::usage_of_children();
    const time_point began = now();
    const subprocess::command what(command_.command);
    subprocess::child child = co_await subprocess::start(what, how);
    lab::run_tally tally(processors_, ns_of(began));
    lab::process_tree tree(sampler_, child.pid());
    subprocess::exit_status status;
    auto body = [&](task_group& group) -> task<void> {
        group.create_task(pass_signals_on(received, child), {.name = "signals"});
        group.create_task(watch(tree, tally, interval()), {.name = "looks"});
        status = co_await child.wait();
        group.cancel();
    };
    co_await with_task_group(body);
    const std::uint64_t end = ns_of(now());
    tally.add_usage(os::usage_of_children() - before);
    co_return ended{tally.finish(end), status};
}

bool advisor::wants_another() const {
    if (command_.repeats) return runs_.size() < *command_.repeats;
    const double seen_s = lab::sum_of(runs_).wall_s;
    return runs_.front().wall_s < lab::seconds_enough && seen_s < seconds_wanted &&
           runs_.size() < runs_max;
}

task<int> advisor::run_command() {
    // From before the start, so that none is lost that is meant for the command.
    signals received({SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH});
    int code = 0;
    try {
        const ended first = co_await run_once(false, received);
        runs_.push_back(first.facts);
        const int signal = first.status.signal();
        code = signal != 0 ? 128 + signal : first.status.code();
    } catch (const std::system_error& error) {
        say(error.what());
        switch (error.code().value()) {
        case ENOENT:
            co_return no_such_command;
        case EACCES:
        case EPERM:
        case ENOEXEC:
        case EISDIR:
        case ENOTDIR:
        case ELOOP:
        case ETXTBSY:
            co_return not_runnable;
        default:
            co_return own_failure;
        }
    }
    os::file_status input;
    const bool known = os::status(0, input) == 0;
    const bool flows = known && (input.type == os::file_type::pipe ||
                                 input.type == os::file_type::socket);
    if (code == 0 && wants_another() && flows) {
        say("its input cannot be given twice, so that it ran only once");
    } else if (code == 0 && wants_another()) {
        if (os::is_terminal(2) && !command_.repeats)
            say("it was too short for a judgement: runs again, its output thrown away (--repeat 1 "
                "forbids it)");
        std::string failed;
        while (failed.empty() && wants_another()) {
            try {
                const ended next = co_await run_once(true, received);
                if (next.status.success())
                    runs_.push_back(next.facts);
                else
                    failed = to_string(next.status);
            } catch (const std::system_error& error) {   // its input may not be opened again
                failed = error.what();
            }
        }
        if (!failed.empty())
            say("run " + std::to_string(runs_.size() + 1) + ": " + failed +
                "; it does not count, and is the last");
    }
    lab::report_subject subject;
    subject.name = to_string(subprocess::command(command_.command));
    subject.code = code;
    co_return co_await report(std::move(subject), true, 2, code);
}

task<int> advisor::watch_process() {
    const int process = *command_.process;
    if (process == os::process_id()) {
        say("that is advise itself; give another process, or a command");
        co_return own_failure;
    }
    if (!sampler_.origin_of(process)) {
        say("there is no process " + std::to_string(process) + ", or we may not see it");
        co_return own_failure;
    }
    lab::report_subject subject;
    subject.process = process;
    subject.name = fetch::printable(sampler_.command_of(process));
    const bool sees_waits = sampler_.may_look_into(process);
    const duration length = command_.watch ? *command_.watch : watch_default;
    if (os::is_terminal(2))
        say("watching process " + std::to_string(process) + " for " +
            std::to_string(length / 1s) + " s; Ctrl-C ends it earlier");

    signals received({SIGINT, SIGTERM, SIGHUP});
    lab::process_tree tree(sampler_, process);
    lab::run_tally::looks there = tree.look();
    lab::run_tally tally(processors_, ns_of(now()), there);
    const std::optional<os::switch_counts> before = tree.switches();
    int signal = 0;
    auto body = [&](task_group& group) -> task<void> {
        auto stop = [&]() -> task<void> {
            signal = co_await received;
            group.cancel();
        };
        auto looks = [&]() -> task<void> {
            co_await watch(tree, tally, interval());
            group.cancel();   // the process has ended
        };
        group.create_task(stop, {.name = "signals"});
        group.create_task(looks, {.name = "looks"});
        co_await sleep(length);
        group.cancel();
    };
    co_await with_task_group(body);
    if (const std::optional<os::switch_counts> after = tree.switches(); before && after)
        tally.add_switches(*after - *before);
    runs_.push_back(tally.finish(ns_of(now())));
    const int code = signal == 0 || signal == SIGINT ? 0 : 128 + signal;
    co_return co_await report(std::move(subject), sees_waits, 1, code);
}

lab::report_style advisor::style_of(int descriptor) {
    lab::report_style style;
    const bool is_terminal = descriptor >= 0 && os::is_terminal(descriptor);
    const terminal_wishes wishes = read_terminal_wishes(os::environment);
    style.colour = is_terminal && wishes.colour;
    if (is_terminal) {
        style.columns = os::size_of_terminal(descriptor).columns;
        style.unicode = wishes.unicode;
    }
    return style;
}

task<int> advisor::report(lab::report_subject subject, bool sees_waits, int descriptor, int code) {
    lab::observation how;
    how.is_command = !subject.process;
    how.sees_waits = sees_waits;
    const lab::advice found = lab::judge(runs_, how);
    const bool to_file = !command_.output.empty();
    const std::string text =
        command_.json
            ? lab::json_report(subject, found, runs_)
            : lab::text_report(subject, found, runs_, style_of(to_file ? -1 : descriptor));
    if (!to_file) {
        os::write_text(descriptor, text);
        co_return code;
    }
    std::string failed;
    try {
        co_await fs::write_file(command_.output, text);
    } catch (const std::system_error& error) {
        failed = error.what();
    }
    if (failed.empty()) co_return code;
    say(failed);
    co_return own_failure;
}

}  // namespace

int run_advise(const advise_command& command) {
    os::ignore_sigpipe();
    advisor working(command);
    try {
        return run(command.process ? working.watch_process() : working.run_command(),
                   {.handle_interrupt = false});
    } catch (const std::exception& error) {
        std::fprintf(stderr, "troika advise: %s\n", fetch::printable(error.what()).c_str());
        return own_failure;
    }
}

}  // namespace troika::apps
