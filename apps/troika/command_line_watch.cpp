// SPDX-License-Identifier: MIT
#include "apps/troika/command_line_watch.hpp"

#include "apps/troika/quantity.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <exception>
#include <string>

namespace troika::apps {

namespace {

constexpr const char* names[] = {"ps", "tree", "top", "trace"};

/// An option that is a time, more than 0.
void add_time(CLI::App& app, const std::string& name, std::chrono::nanoseconds& into,
              const std::string& text) {
    app.add_option_function<std::string>(
           name,
           [&into, name](const std::string& value) {
               try {
                   into = parse_duration(value);
               } catch (const std::exception& wrong) {
                   throw CLI::ValidationError(name, wrong.what());
               }
               if (into <= std::chrono::nanoseconds(0))
                   throw CLI::ValidationError(name, "must be more than 0");
           },
           text)
        ->type_name("TIME");
}

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
    CLI::App* const trace =
        begin(names[3], "Have a running program record what it does, and show that", view::trace);
    for (CLI::App* const one : {tree, top, trace})
        one->add_option("PID", into.pid, "The number of its process")
            ->required()
            ->check(CLI::PositiveNumber);
    for (CLI::App* const one : {list, tree})
        one->add_flag("--json", into.json, "For programs: one array of processes");
    add_time(*top, "--interval", into.interval, "Time between two looks (default 1s)");
    add_time(*trace, "--for", into.length, "How long to record (default 5s)");
    trace->add_option("-o,--output", into.output,
                      "File: .html is a page, .json Chrome's format, .pftrace Perfetto's")
        ->type_name("FILE")
        ->capture_default_str();
}

bool parsed_watch(const CLI::App& app) {
    return std::ranges::any_of(
        names, [&](const char* name) { return app.get_subcommand(name)->parsed(); });
}

}  // namespace troika::apps
