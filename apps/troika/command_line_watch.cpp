// SPDX-License-Identifier: MIT
#include "apps/troika/command_line_watch.hpp"

#include "apps/troika/quantity.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <exception>
#include <string>

namespace troika::apps {

namespace {

constexpr const char* names[] = {"ps", "tree", "top"};

}  // namespace

void declare_watch(CLI::App& app, watch_command& into) {
    using view = watch_command::view;
    const auto begin = [&](const char* name, const char* text, view what) {
        CLI::App* const one = app.add_subcommand(name, text);
        one->callback([&into, what] { into.what = what; });
        return one;
    };
    CLI::App* const list = begin(names[0], "List the troika programs that run", view::list);
    CLI::App* const tree = begin(names[1], "Show the tasks of a running program", view::tree);
    CLI::App* const top = begin(names[2], "Watch the tasks of a running program", view::top);
    for (CLI::App* const one : {tree, top})
        one->add_option("PID", into.pid, "The number of its process")
            ->required()
            ->check(CLI::PositiveNumber);
    for (CLI::App* const one : {list, tree})
        one->add_flag("--json", into.json, "For programs: one array of processes");
    top->add_option_function<std::string>(
           "--interval",
           [&into](const std::string& text) {
               try {
                   into.interval = parse_duration(text);
               } catch (const std::exception& wrong) {
                   throw CLI::ValidationError("--interval", wrong.what());
               }
               if (into.interval <= std::chrono::nanoseconds(0))
                   throw CLI::ValidationError("--interval", "must be more than 0");
           },
           "Time between two looks (default 1s)")
        ->type_name("TIME");
}

bool parsed_watch(const CLI::App& app) {
    return std::ranges::any_of(
        names, [&](const char* name) { return app.get_subcommand(name)->parsed(); });
}

}  // namespace troika::apps
