// SPDX-License-Identifier: MIT
#include "apps/troika/command_line_advise.hpp"

#include "apps/troika/quantity.hpp"

#include <CLI/CLI.hpp>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <utility>

namespace troika::apps {

namespace {

using std::chrono::nanoseconds;

constexpr nanoseconds interval_min = std::chrono::milliseconds(1);
constexpr nanoseconds interval_max = std::chrono::seconds(10);
constexpr unsigned repeats_max = 1000;

void add_duration(CLI::App& app, const std::string& name, std::optional<nanoseconds>& into,
                  const std::string& description) {
    app.add_option_function<std::string>(
           name,
           [&into, name](const std::string& text) {
               try {
                   into = parse_duration(text);
               } catch (const std::invalid_argument& wrong) {
                   throw CLI::ValidationError(name, wrong.what());
               }
           },
           description)
        ->type_name("TIME");
}

}  // namespace

void declare_advise(CLI::App& app, advise_command& command) {
    app.prefix_command();   // the command's own options are not ours
    app.footer(
        "\ntroika advise [OPTIONS] [--] COMMAND [ARGUMENT...]\n"
        "troika advise --pid PID [OPTIONS]\n\n"
        "Runs a command, or watches a process, with all that it starts: is it CPU-bound or\n"
        "I/O-bound, which model fits, how many workers? The command's input and output are left\n"
        "alone; the report goes to standard error, for --pid to standard output. A command that\n"
        "takes less than a second is run again, up to 5 times, and what it writes then is thrown\n"
        "away; --repeat 1 forbids that. The exit code is the command's, or 128 and the number of\n"
        "the signal that ended it; 127 where there is no such command, 126 where it cannot be\n"
        "run, 125 where advise itself fails.");
    app.add_option("--pid", command.process, "Watch this process instead of a command")
        ->type_name("PID");
    add_duration(app, "--for", command.watch, "With --pid: how long (10s)");
    add_duration(app, "--interval", command.interval, "Between two looks, at least (20ms)");
    app.add_option("--repeat", command.repeats, "Run the command so often (as needed)")
        ->type_name("N");
    app.add_flag("--json", command.json, "Report as one JSON object");
    app.add_option("-o,--output", command.output, "Write the report to a file")
        ->type_name("FILE");
}

void finish_advise(std::vector<std::string> words, advise_command& command) {
    if (!words.empty() && words.front().starts_with('-') && words.front() != "-")
        throw std::invalid_argument("there is no option " + words.front());
    command.command = std::move(words);
    if (command.process) {
        if (!command.command.empty())
            throw std::invalid_argument("give a command or --pid, not both");
        if (*command.process <= 0)
            throw std::invalid_argument("--pid: processes have numbers from 1");
        if (command.repeats)
            throw std::invalid_argument("--repeat is for commands; --pid takes --for");
    } else {
        if (command.command.empty())
            throw std::invalid_argument(
                "say what to run, as in `troika advise -- sort big.txt`, or --pid PID");
        if (command.command.front().empty())
            throw std::invalid_argument("the name of the command is empty");
        if (command.watch)
            throw std::invalid_argument("--for is for --pid; a command is watched to its end");
    }
    if (command.watch && *command.watch <= nanoseconds(0))
        throw std::invalid_argument("--for: watch longer than no time at all");
    if (command.interval && (*command.interval < interval_min || *command.interval > interval_max))
        throw std::invalid_argument("--interval: write 1ms to 10s");
    if (command.repeats && (*command.repeats == 0 || *command.repeats > repeats_max))
        throw std::invalid_argument("--repeat: write 1 to 1000");
}

}  // namespace troika::apps
