// SPDX-License-Identifier: MIT
#include "watch/picture.hpp"

#include "os/clock.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <utility>

namespace troika::watch {

using impl::listed;

namespace {

/// A task that runs as long without giving the turn back is worth a word.
constexpr std::int64_t hold_ns = 100'000'000;
constexpr int processes_max = 1'000;

std::size_t count(const std::vector<seen_task>& tasks) {
    std::size_t all = tasks.size();
    for (const seen_task& each : tasks) all += count(each.children);
    return all;
}

const seen_task* find(const std::vector<seen_task>& tasks, std::uint64_t address) {
    for (const seen_task& each : tasks) {
        if (each.address == address) return &each;
        if (const seen_task* const found = find(each.children, address)) return found;
    }
    return nullptr;
}

std::string name_of(const seen_task* task) {
    if (task == nullptr) return "a task";
    const std::string number = "#" + std::to_string(task->what.id);
    return task->what.name.empty() ? "task " + number : "'" + task->what.name + "' " + number;
}

/// Of a worker: the difference of its gauges, which were not read at the same moment.
std::optional<std::uint64_t> queued_of(const picture::part& worker) {
    const auto& [newest, oldest, unused, none] = worker.gauges;
    if (!newest || !oldest) return std::nullopt;
    return *newest > *oldest && *newest - *oldest < std::uint64_t{1} << 48 ? *newest - *oldest : 0;
}

void warn(picture& made) {
    std::vector<seen_task> all;
    for (picture::part& part : made.parts) {
        if (part.listed.kind == listed::loop && part.running != 0 && part.gauges[1]) {
            const std::int64_t held =
                made.taken_ns - static_cast<std::int64_t>(*part.gauges[1]);
            if (held >= hold_ns)
                made.warnings.push_back(name_of(find(part.tasks, part.running)) +
                                        " holds the loop of thread " +
                                        std::to_string(part.listed.id) + ": its turn has lasted " +
                                        duration_text(held));
        }
        for (seen_task& task : part.tasks) all.push_back(task);
    }
    for (const auto& cycle : find_cycles(all)) {
        std::string text = "a cycle of waits, which never ends: ";
        for (const seen_task* each : cycle) text += name_of(each) + " waits for ";
        made.warnings.push_back(text + name_of(cycle.front()));
    }
}

}  // namespace

std::size_t picture::task_count() const {
    std::size_t all = 0;
    for (const part& each : parts) all += count(each.tasks);
    return all;
}

picture look_at(program of) {
    picture made;
    made.of = std::move(of);
    remote_tasks tasks(made.of);
    made.taken_ns = os::steady_time().time_since_epoch() / std::chrono::nanoseconds(1);
    for (const impl::listing_data& each : made.of.listed) {
        picture::part part;
        part.listed = each;
        for (std::size_t i = 0; i < part.gauges.size(); ++i)
            if (each.gauges[i] != 0) part.gauges[i] = tasks.number(each.gauges[i]);
        if (each.kind == listed::loop) part.gauges[2] = std::nullopt;   // a descriptor of its own
        if (each.kind == listed::queue) part.gauges[3] = each.gauges[3];   // itself
        if (each.kind == listed::pool_worker) part.gauges = {queued_of(part), {}, {}, {}};
        if (each.thread != 0) {
            const remote_tasks::turn now = tasks.running_on(each.thread);
            part.running = now.task;
            part.runs_job = now.job != 0;
        }
        if (each.roots != 0) part.tasks = tasks.below(each.roots);
        made.parts.push_back(std::move(part));
    }
    if (tasks.error() == EPERM)
        made.notes.push_back(
            "its memory may not be read, so no tasks are shown: look as root, or allow it with "
            "sysctl kernel.yama.ptrace_scope=0");
    else if (tasks.incomplete())
        made.notes.push_back("tasks come and go too fast, or are too many, for all to be shown");
    if (made.of.unlisted != 0)
        made.notes.push_back(std::to_string(made.of.unlisted) +
                             " loops, pools and queues found no room in the register");
    warn(made);
    return made;
}

std::map<int, picture> look_at_family(program of) {
    std::map<int, picture> family;
    std::vector<program> next;
    next.push_back(std::move(of));
    while (!next.empty() && family.size() < processes_max) {
        program one = std::move(next.back());
        next.pop_back();
        const int pid = one.pid;
        if (family.contains(pid)) continue;
        const picture& made = family.emplace(pid, look_at(std::move(one))).first->second;
        for (const picture::part& part : made.parts) {
            if (part.listed.kind != listed::process || family.contains(part.listed.id)) continue;
            try {
                next.push_back(read_program(part.listed.id));
            } catch (const not_visible&) {   // it runs no loop or pool itself
            }
        }
    }
    return family;
}

std::string duration_text(std::int64_t nanoseconds) {
    const auto with_tenth = [](std::int64_t tenths, const char* unit) {
        return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " " + unit;
    };
    constexpr std::int64_t ms = 1'000'000;
    constexpr std::int64_t second = 1'000 * ms;
    if (nanoseconds < 0) nanoseconds = 0;
    if (nanoseconds < 10 * ms) return with_tenth(nanoseconds / (ms / 10), "ms");
    if (nanoseconds < second) return std::to_string(nanoseconds / ms) + " ms";
    const std::int64_t seconds = nanoseconds / second;
    if (seconds < 100)
        return nanoseconds % second == 0 ? std::to_string(seconds) + " s"
                                         : with_tenth(nanoseconds / (second / 10), "s");
    if (seconds < 6'000) return std::to_string(seconds / 60) + " min " +
                                std::to_string(seconds % 60) + " s";
    return std::to_string(seconds / 3'600) + " h " + std::to_string(seconds / 60 % 60) + " min";
}

}  // namespace troika::watch
