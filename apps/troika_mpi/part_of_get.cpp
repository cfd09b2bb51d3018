// SPDX-License-Identifier: MIT
#include "apps/troika_mpi/part_of_get.hpp"

#include "apps/troika/command_line.hpp"
#include "apps/troika/get_surroundings.hpp"

#include <troika/fetch/get.hpp>
#include <troika/loop/run.hpp>
#include <troika/tasks/sleep.hpp>
#include <troika/tasks/task_group.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>
#include <variant>

namespace troika::apps {

namespace {

constexpr std::chrono::milliseconds stop_interval{100};

/// The options of this rank, without what is to be fetched.
fetch::get_options& own_options() {
    static const auto kept = std::make_unique<fetch::get_options>();
    return *kept;
}

fetch::list_entry entry_of(const wanted_file& file) {
    fetch::list_entry entry;
    entry.url = file.url;
    entry.mirrors = file.mirrors;
    entry.out = file.out;
    if (!file.checksum.empty()) entry.expected = fetch::checksum::parse(file.checksum);
    entry.size = file.size;
    return entry;
}

std::optional<file_outcome> outcome_of(const fetch::event& event) {
    file_outcome made;
    switch (event.kind) {
        case fetch::event_kind::finished: made.what = file_outcome::kind::finished; break;
        case fetch::event_kind::failed: made.what = file_outcome::kind::failed; break;
        case fetch::event_kind::would_get: made.what = file_outcome::kind::would_get; break;
        default: return std::nullopt;
    }
    made.index = static_cast<std::uint32_t>(event.id - 1);
    made.bytes = event.bytes;
    made.received = event.received;
    made.total = event.total;
    made.attempts = event.attempt;
    made.time_ns = event.time.count();
    made.skipped = event.skipped;
    made.resumable = event.resumable;
    if (event.sum) made.checksum = event.sum->to_string();
    if (event.cause) made.cause = static_cast<std::uint8_t>(*event.cause);
    made.message = event.message;
    return made;
}

task<void> watch(std::stop_token stop, task_group& group) {
    while (!stop.stop_requested()) co_await sleep(stop_interval);
    group.cancel();
}

task<part_outcome> get(fetch::get_options options, std::stop_token stop) {
    part_outcome made;
    auto body = [&](task_group& group) -> task<void> {
        group.create_task(watch(stop, group), {.name = "stop"});
        auto run = fetch::get(std::move(options));
        while (auto event = co_await run.next()) {
            if (const auto file = outcome_of(*event)) made.files.push_back(*file);
            if (event->kind == fetch::event_kind::warning) made.warnings.push_back(event->message);
            if (event->kind == fetch::event_kind::summary) made.received = event->bytes;
        }
        group.cancel();
    };
    co_await with_task_group(body);
    co_return made;
}

}  // namespace

void prepare_rank(const get_setting& setting) {
    std::vector<const char*> words;
    for (const std::string& each : setting.words) words.push_back(each.c_str());
    const command said = parse_command_line(static_cast<int>(words.size()), words.data());
    const auto* const what = std::get_if<get_command>(&said);
    if (what == nullptr) throw std::logic_error("a rank was given another command than get");
    const auto lookup = [&setting](const char* name) -> std::optional<std::string> {
        const auto found = std::ranges::find(setting.environment, std::string(name),
                                             &std::pair<std::string, std::string>::first);
        if (found == setting.environment.end()) return std::nullopt;
        return found->second;
    };
    fetch::get_options options = ready_options(*what, lookup);
    // The list, and what is known of the files, is rank 0's affair.
    options.urls.clear();
    options.list.clear();
    options.checksums.clear();
    options.failed_out.clear();
    options.expected.reset();
    const auto share = [&setting](std::uint64_t& rate) {
        if (rate != 0) rate = std::max<std::uint64_t>(1, rate / setting.ranks);
    };
    share(options.rate_max);
    own_options() = std::move(options);
}

part_outcome get_part(std::stop_token stop, const std::vector<wanted_file>& part) {
    fetch::get_options options = own_options();
    for (const wanted_file& each : part) options.entries.push_back(entry_of(each));
    return run(get(std::move(options), std::move(stop)), {.handle_interrupt = false});
}

}  // namespace troika::apps
