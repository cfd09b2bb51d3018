// SPDX-License-Identifier: MIT
#include "apps/troika/commands.hpp"
#include "apps/troika/terminal_wishes.hpp"
#include "fetch/printable.hpp"
#include "lab/comparison.hpp"
#include "lab/comparison_report.hpp"
#include "os/environment.hpp"
#include "os/error.hpp"
#include "os/fd.hpp"
#include "os/file.hpp"
#include "os/signal.hpp"
#include "os/terminal.hpp"

#include <troika/fs/whole_file.hpp>
#include <troika/loop/run.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace troika::apps {

namespace {

constexpr int usage = 2;
constexpr int failure = 1;
constexpr std::size_t workload_bytes_max = std::size_t{4} << 20;

lab::shown_style choose_style(const compare_command& command) {
    lab::shown_style style;
    const bool is_terminal = os::is_terminal(1);
    const terminal_wishes wishes = read_terminal_wishes(os::environment);
    style.unicode = wishes.unicode;
    style.colour = command.colour && is_terminal && wishes.colour;
    if (is_terminal) style.columns = os::size_of_terminal(1).columns;
    return style;
}

std::string read_text(const std::string& path) {
    const os::fd file(os::or_throw(os::open_file(path.c_str(), {}), "open", path));
    std::string content;
    char block[16384];
    for (;;) {
        const int got = os::or_throw(os::read_next(file.get(), block, sizeof(block)), "read", path);
        if (got == 0) return content;
        content.append(block, static_cast<std::size_t>(got));
        if (content.size() > workload_bytes_max) os::throw_error(EFBIG, "read", path);
    }
}

lab::workload read_workload(const compare_command& command) {
    const std::string& name = command.workload;
    if (!name.ends_with(".json") && !name.contains('/'))
        return lab::built_in_workload(name, command.sizes);
    const lab::workload_sizes& sizes = command.sizes;
    if (sizes.tasks || sizes.delay || sizes.compute || sizes.bytes || sizes.sync)
        throw std::invalid_argument("sizes are for built-in workloads; write them into " + name);
    std::string_view stem = name;
    stem.remove_prefix(stem.rfind('/') + 1);   // 0 where there is none
    if (stem.ends_with(".json")) stem.remove_suffix(5);
    try {
        return lab::parse_workload(read_text(name), fetch::printable(stem));
    } catch (const std::invalid_argument& wrong) {
        throw std::invalid_argument(name + ": " + wrong.what());
    }
}

/// Says before the run what would keep a file from being written after it.
void check_place(const std::string& path) {
    if (path.empty()) return;
    const std::size_t slash = path.rfind('/');
    const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
    const os::fd there(os::or_throw(os::open_file(folder.c_str(), {.directory = true}),
                                    "open the folder of", path));
}

/// Nobody finds a part of it under its name.
void write_whole(const std::string& path,
                 const std::function<void(const std::function<void(std::string_view)>&)>& content) {
    if (path.empty()) return;
    std::string all;
    content([&](std::string_view piece) { all += piece; });
    run(fs::write_file(path, all));
}

/// "3 of 20: threads", painted again and again.
class progress_line {
public:
    progress_line() : shown_(os::is_terminal(2)) {}
    progress_line(const progress_line&) = delete;
    progress_line& operator=(const progress_line&) = delete;
    ~progress_line() { clear(); }

    void paint(lab::work_model model, unsigned done, unsigned total) {
        if (!shown_) return;
        os::write_text(2, "\r" + std::to_string(done + 1) + " of " + std::to_string(total) + ": " +
                              std::string(lab::name_of(model)) + "\x1b[K");
        painted_ = true;
    }
    void clear() {
        if (painted_) os::write_text(2, "\r\x1b[K");
        painted_ = false;
    }

private:
    const bool shown_;
    bool painted_ = false;
};

void compare_and_report(const compare_command& command, lab::rank_job ranks) {
    lab::comparison_plan plan;
    plan.what = read_workload(command);
    for (const std::string& name : command.models) plan.models.push_back(*lab::model_of(name));
    plan.workers = command.workers;
    plan.repeats = command.repeats;
    plan.ranks = ranks;
    if (command.switch_interval) plan.switch_interval = *command.switch_interval;
    plan.folder = os::environment("TMPDIR").value_or(P_tmpdir);
    check_place(command.page);
    check_place(command.trace);

    progress_line line;
    const lab::comparison made =
        lab::compare(plan, [&](lab::work_model model, unsigned done, unsigned total) {
            line.paint(model, done, total);
        });
    line.clear();
    os::write_text(1, command.json ? lab::comparison_json(made)
                                   : lab::comparison_text(made, choose_style(command)));
    write_whole(command.page, [&](const auto& to) { lab::comparison_page(made, to); });
    write_whole(command.trace, [&](const auto& to) {
        lab::comparison_trace(made, lab::trace_format_of(command.trace), to);
    });
}

}  // namespace

int run_compare(const compare_command& command, lab::rank_job ranks) {
    os::ignore_sigpipe();
    os::raise_descriptor_limit();
    const auto say = [](const std::exception& error) {
        std::fprintf(stderr, "troika compare: %s\n", fetch::printable(error.what()).c_str());
    };
    try {
        compare_and_report(command, ranks);
        return 0;
    } catch (const std::invalid_argument& wrong) {
        say(wrong);
        return usage;
    } catch (const std::exception& error) {
        say(error);
        return failure;
    }
}

}  // namespace troika::apps
