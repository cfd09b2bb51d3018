// SPDX-License-Identifier: MIT
#include "compare.hpp"
#include "support/json.hpp"
#include "support/statistics.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <unistd.h>
#include <utility>

namespace bench {
namespace {

[[noreturn]] void usage(const std::string& program, int code) {
    std::fprintf(code == 0 ? stdout : stderr,
                 "usage: %s [--rounds N] [--smoke] [--only TEXT] [--list] [--json] [--realtime]\n",
                 program.c_str());
    std::exit(code);
}

}  // namespace

std::string self() { return std::filesystem::read_symlink("/proc/self/exe").string(); }

benchmark::benchmark(int count, char** arguments, std::string question, std::string method)
    : question_(std::move(question)) {
    const std::string program = count > 0 ? arguments[0] : "benchmark";
    for (int at = 1; at < count; ++at) {
        const std::string_view option = arguments[at];
        const bool has_value = at + 1 < count;
        if (option == "--smoke")
            smoke_ = true;
        else if (option == "--json")
            json_ = true;
        else if (option == "--list")
            list_ = true;
        else if (option == "--realtime")
            realtime_ = true;
        else if (option == "--only" && has_value)
            only_ = arguments[++at];
        else if (option == "--rounds" && has_value)
            rounds_ = std::atoi(arguments[++at]);
        else
            usage(program, option == "--help" ? 0 : 2);
    }
    if (rounds_ < 1) usage(program, 2);
    if (smoke_) rounds_ = 1;
    note("machine", machine());
    note("kernel", kernel());
    note("compiler", compiler());
    note("method", std::move(method));
}

void benchmark::note(std::string name, std::string text) {
    notes_.emplace_back(std::move(name), std::move(text));
}

bool benchmark::wants(std::string_view title) const {
    return title.find(only_) != std::string_view::npos;
}

command benchmark::measured(std::vector<std::string> arguments) const {
    command result;
    result.arguments = std::move(arguments);
    result.core = measured_core();
    result.realtime = realtime_;
    return result;
}

command benchmark::driver(std::vector<std::string> arguments) const {
    command result = measured(std::move(arguments));
    result.core = driver_core();
    return result;
}

void benchmark::print_heading() {
    if (std::exchange(heading_printed_, true)) return;
    note("date", date() + ", " + std::to_string(rounds_) + " rounds, load " + number(load()));
    if (smoke_) note("smoke", "tiny sizes, whatever the titles say; the figures mean nothing");
    if (json_) return;
    std::printf("## %s\n\n", question_.c_str());
    for (const auto& [name, text] : notes_) std::printf("- %s: %s\n", name.c_str(), text.c_str());
}

void benchmark::progress(std::string_view text) const {
    if (::isatty(STDERR_FILENO) == 1)
        std::fprintf(stderr, "\r\033[K%.*s", static_cast<int>(text.size()), text.data());
}

void benchmark::run(table what) {
    if (!wants(what.title_)) return;
    if (list_) {
        std::printf("%s\n", what.title_.c_str());
        return;
    }
    print_heading();
    const int rounds = std::min(rounds_, what.rounds_max_);
    if (what.warmed_up_ && !smoke_) {
        const auto first = std::ranges::find(what.entries_, what.reference_, &table::entry::name);
        if (first != what.entries_.end()) {
            what.measure_once(*first);
            first->samples.clear();
        }
    }
    for (int round = 1; round <= rounds; ++round) {
        for (table::entry& of : what.entries_) {
            progress(what.title_ + ": round " + std::to_string(round) + ", " + of.name);
            what.measure_once(of);
        }
    }
    progress("");
    for (const table::entry& of : what.entries_) {
        const bool needed =
            of.name == what.reference_ || std::ranges::find(what.goals_, of.name, &goal::row) !=
                                              what.goals_.end();
        // A smoke run is a test: what it is about must have run.
        failed_ |= of.failed || (smoke_ && needed && !of.excuse.empty());
    }
    if (json_) {
        json_tables_.push_back(what.json(!smoke_));
    } else {
        std::fputs(what.markdown(!smoke_).c_str(), stdout);
        std::fflush(stdout);
    }
}

int benchmark::finish() {
    if (json_ && !list_) {
        print_heading();
        std::string notes;
        for (const auto& [name, text] : notes_)
            append_item(notes, json_text(name) + ":" + json_text(text));
        std::string tables;
        for (const std::string& one : json_tables_) append_item(tables, one);
        std::printf("{\"question\":%s,\"notes\":{%s},\"tables\":[%s]}\n",
                    json_text(question_).c_str(),
                    notes.c_str(), tables.c_str());
    }
    return failed_ ? 1 : 0;
}

}  // namespace bench
