// SPDX-License-Identifier: MIT
#include "apps/troika/commands.hpp"
#include "fetch/printable.hpp"
#include "os/file.hpp"
#include "os/terminal.hpp"
#include "watch/live_trace.hpp"
#include "watch/picture.hpp"
#include "watch/top_table.hpp"

#include <troika/io/operation.hpp>
#include <troika/loop/event_loop.hpp>
#include <troika/loop/run.hpp>
#include <troika/signals/signals.hpp>
#include <troika/sync/event.hpp>
#include <troika/tasks/move_on_after.hpp>
#include <troika/tasks/sleep.hpp>
#include <troika/tasks/task_group.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace troika::apps {

namespace {

constexpr int input = 0;
constexpr int output = 1;

int list_programs(bool json) {
    std::map<int, watch::picture> all;
    for (watch::program& each : watch::find_programs()) {
        const int pid = each.pid;
        all.emplace(pid, watch::look_at(std::move(each)));
    }
    if (json) {
        os::write_text(output, watch::to_json(all));
        return 0;
    }
    if (all.empty()) {
        os::write_text(2, "troika ps: no troika program runs that this user may look at\n");
        return 0;
    }
    os::write_text(output, watch::list_text(all));
    return 0;
}

int show_tree(int pid, bool json) {
    const auto family = watch::look_at_family(watch::read_program(pid));
    os::write_text(output, json ? watch::to_json(family) : watch::tree_text(family, pid));
    return 0;
}

/// Parks until there is a key to be read.
class key_operation final : public io::operation {
public:
    explicit key_operation(event_loop& loop) : io::operation(loop, request_for_keys()) {}
    void await_resume() const { result_unless_cancelled(); }
    [[nodiscard]] std::string label() const override { return "a key"; }

private:
    static io_request request_for_keys() {
        io_request request;
        request.op = io_op::wait_readable;
        request.descriptor = input;
        return request;
    }
};

/// The screen of `troika top`.
class top_screen {
public:
    explicit top_screen(const watch_command& what) : what_(what), keys_(input) {
        os::write_text(output, "\x1b[?1049h\x1b[?25l");   // another screen, no cursor
    }
    top_screen(const top_screen&) = delete;
    top_screen& operator=(const top_screen&) = delete;
    ~top_screen() { os::write_text(output, "\x1b[?25h\x1b[?1049l"); }

    void paint() {
        const os::terminal_size size = os::size_of_terminal(output);
        std::string text = "\x1b[H";
        for (const std::string& line : table_.lines({size.columns, size.rows}, first_))
            text += line + "\x1b[K\r\n";
        text.resize(text.size() - 2);   // no line after the last
        os::write_text(output, text + "\x1b[J");
    }
    /// Returns: false when the program cannot be looked at any more, and the cause is why().
    bool look() {
        if (!paused_) {
            try {
                const auto family = watch::look_at_family(watch::read_program(what_.pid));
                table_.update(family, what_.pid);
            } catch (const watch::not_visible& error) {
                why_ = error.what();
                return false;
            }
        }
        paint();
        return true;
    }
    [[nodiscard]] const std::string& why() const noexcept { return why_; }

    task<void> take_keys(event& changed, event& ended) {
        for (;;) {
            co_await key_operation(event_loop::current());
            char key = 0;
            if (os::read_next(input, &key, 1) <= 0) co_return;
            const std::size_t page = os::size_of_terminal(output).rows / 2;
            switch (key) {
                case 'q': ended.set(); break;
                case 'p': paused_ = !paused_; break;
                case 'j': ++first_; break;
                case 'k': first_ -= first_ > 0 ? 1 : 0; break;
                case ' ': first_ += page; break;
                case 'b': first_ -= std::min(first_, page); break;
                default: break;
            }
            changed.set();
        }
    }

private:
    const watch_command& what_;
    os::single_keys keys_;
    watch::top_table table_;
    std::size_t first_ = 0;
    bool paused_ = false;
    std::string why_;
};

task<void> repaint_on_resize(top_screen& screen) {
    signals resized({SIGWINCH});
    for (;;) {
        co_await resized;
        screen.paint();
    }
}

task<void> until(event& what) { co_await what.wait(); }

task<void> end_on_signal(event& ended) {
    co_await signals({SIGINT, SIGTERM, SIGHUP});
    ended.set();
}

task<void> show_top(top_screen& screen, duration interval) {
    event ended;
    event changed;
    auto body = [&](task_group& group) -> task<void> {
        group.create_task(screen.take_keys(changed, ended), {.name = "keys"});
        group.create_task(repaint_on_resize(screen), {.name = "resize"});
        group.create_task(end_on_signal(ended), {.name = "signals"});
        auto painting = [&]() -> task<void> {
            for (;;) {
                if (!screen.look()) break;
                changed.clear();
                co_await move_on_after(interval, until(changed));
            }
            ended.set();
        };
        auto painted = group.create_task(painting(), {.name = "paint"});
        auto until_end = [&]() -> task<void> {
            co_await ended.wait();
            group.cancel();
        };
        group.create_task(until_end(), {.name = "end"});
        co_await painted;
    };
    co_await with_task_group(body);
}

int run_top(const watch_command& what) {
    if (os::is_terminal(input) && os::is_terminal(output)) {
        static_cast<void>(watch::read_program(what.pid));   // what is wrong is said before
        std::string why;
        {
            top_screen screen(what);
            run(show_top(screen, what.interval), {.handle_interrupt = false});
            why = screen.why();
        }
        if (!why.empty()) os::write_text(2, "troika top: " + fetch::printable(why) + "\n");
        return 0;
    }
    // One table, of what could be seen in an interval.
    watch::top_table table;
    table.update(watch::look_at_family(watch::read_program(what.pid)), what.pid);
    auto pause = [&]() -> task<void> { co_await sleep(what.interval); };
    run(pause());
    table.update(watch::look_at_family(watch::read_program(what.pid)), what.pid);
    std::size_t first = 0;
    std::string text;
    for (const std::string& line : table.lines({120, 0}, first))
        text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
    os::write_text(output, text);
    return 0;
}

int run_trace(const watch_command& what) {
    using namespace std::chrono_literals;
    using std::chrono::duration_cast;
    using std::chrono::milliseconds;
    watch::trace_program(what.pid, what.output, duration_cast<milliseconds>(what.length), 5s);
    os::write_text(output, "written to " + fetch::printable(what.output) + "\n");
    return 0;
}

}  // namespace

int run_watch(const watch_command& command) {
    try {
        switch (command.what) {
            case watch_command::view::list: return list_programs(command.json);
            case watch_command::view::tree: return show_tree(command.pid, command.json);
            case watch_command::view::top: return run_top(command);
            case watch_command::view::trace: return run_trace(command);
        }
    } catch (const std::runtime_error& error) {
        std::fprintf(stderr, "troika: %s\n", fetch::printable(error.what()).c_str());
    }
    return 1;
}

}  // namespace troika::apps
