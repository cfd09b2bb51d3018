// SPDX-License-Identifier: MIT
#include "apps/troika/command_line_compare.hpp"

#include "apps/troika/command_line_mpi.hpp"
#include "apps/troika/quantity.hpp"
#include "lab/comparison.hpp"
#include "lab/comparison_report.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <stdexcept>
#include <string>

namespace troika::apps {

namespace {

constexpr const char* name = "compare";

// What `read` throws becomes a usage error.
template <class Read>
CLI::Option* add_parsed(CLI::App& app, const std::string& option, Read read,
                        const std::string& description) {
    return app.add_option_function<std::string>(
        option,
        [option, read](const std::string& text) {
            try {
                read(text);
            } catch (const std::invalid_argument& wrong) {
                throw CLI::ValidationError(option, wrong.what());
            }
        },
        description);
}

CLI::Option* add_time(CLI::App& app, const std::string& option,
                      std::optional<std::chrono::nanoseconds>& into,
                      const std::string& description) {
    return add_parsed(
               app, option, [&into](const std::string& text) { into = parse_duration(text); },
               description)
        ->type_name("TIME");
}

void take_model(const std::string& text, std::vector<std::string>& into) {
    if (!lab::model_of(text)) {
        std::string known;
        for (const lab::work_model each : lab::work_models)
            known += (known.empty() ? "" : ", ") + std::string(lab::name_of(each));
        throw std::invalid_argument("there is no model " + text + "; known are " + known);
    }
    if (std::ranges::find(into, text) != into.end())
        throw std::invalid_argument(text + " is there twice");
    into.push_back(text);
}

void take_models(const std::string& list, std::vector<std::string>& into) {
    into.clear();
    std::size_t at = 0;
    for (;;) {
        const std::size_t comma = std::min(list.find(',', at), list.size());
        take_model(list.substr(at, comma - at), into);
        if (comma == list.size()) return;
        at = comma + 1;
    }
}

}  // namespace

void declare_compare(CLI::App& app, compare_command& into) {
    CLI::App* const on = app.add_subcommand(name, "Do one work under every model, and compare");
    on->footer(
        "\nWORKLOAD is breakfast (four dishes that wait), io (requests), cpu (computing), files,\n"
        "mixed (requests and computing), or a file such as my.json, which docs/compare.md\n"
        "describes. The models: sync (one after the other), async (tasks on one event loop),\n"
        "async+pool (threads compute beside it), threads, threads+gil (as in CPython), processes.");
    on->add_option("WORKLOAD", into.workload, "What is to be done (breakfast)")->type_name("");
    const std::string size = "The workload";
    on->add_option("--tasks", into.sizes.tasks, "So many tasks")->type_name("N")->group(size);
    add_time(*on, "--delay", into.sizes.delay, "io, mixed: until an answer comes (20ms)")
        ->group(size);
    add_time(*on, "--compute", into.sizes.compute,
             "cpu, mixed: to compute, on one processor (20ms, 10ms)")
        ->group(size);
    add_parsed(
        *on, "--size", [&into](const std::string& text) { into.sizes.bytes = parse_size(text); },
        "files: bytes of each file, as 64k (256k)")
        ->type_name("SIZE")
        ->group(size);
    on->add_flag("--sync", into.sizes.sync, "files: wait until the disk has them")->group(size);
    const std::string models = "The models";
    add_parsed(
        *on, "--models",
        [&into](const std::string& text) { take_models(text, into.models); },
        "Only these, as sync,async (all that make a difference)")
        ->type_name("LIST")
        ->group(models);
    on->add_option("--workers", into.workers,
                   "Threads, or processes (processors; more for what waits)")
        ->type_name("N")
        ->group(models);
    add_time(*on, "--switch-interval", into.switch_interval,
             "threads+gil: until a waiter asks for the GIL (5ms)")
        ->group(models);
    on->add_option("--repeats", into.repeats, "Runs of each model (up to 5, in 30 s)")
        ->type_name("N")
        ->group(models);
    declare_mpi(*on, into.mpi);
    const std::string output = "Output";
    on->add_flag("--json", into.json, "For programs: one object")->group(output);
    on->add_option("--html", into.page, "Write a page with a timeline of each model")
        ->type_name("FILE")
        ->group(output);
    add_parsed(
        *on, "--trace",
        [&into](const std::string& text) {
            static_cast<void>(lab::trace_format_of(text));
            into.trace = text;
        },
        "Write a trace: .json, .pftrace or .html")
        ->type_name("FILE")
        ->group(output);
    on->add_flag_callback(
          "--no-color", [&into] { into.colour = false; }, "No colours, as with NO_COLOR")
        ->group(output);
}

bool parsed_compare(const CLI::App& app) { return app.get_subcommand(name)->parsed(); }

}  // namespace troika::apps
