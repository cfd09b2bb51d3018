// SPDX-License-Identifier: MIT
#include "lab/workload.hpp"

#include "lab/quantities.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <utility>

namespace troika::lab {

namespace {

using std::chrono::milliseconds;

[[noreturn]] void refuse(const std::string& why) { throw std::invalid_argument(why); }

std::vector<work_task> copies(std::size_t count, std::string_view name,
                              const std::vector<work_step>& steps) {
    std::vector<work_task> tasks;
    tasks.reserve(count);
    for (std::size_t i = 1; i <= count; ++i)
        tasks.push_back({.name = fmt::format("{} {}", name, i), .steps = steps});
    return tasks;
}

std::vector<work_task> dishes(std::size_t count) {
    constexpr std::array<std::pair<std::string_view, milliseconds>, 4> menu{
        {{"kettle", milliseconds(30)},
         {"omelette", milliseconds(50)},
         {"dessert", milliseconds(80)},
         {"microwave", milliseconds(60)}}};
    std::vector<work_task> tasks;
    tasks.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        const auto& [name, time] = menu[i % menu.size()];
        const std::size_t round = i / menu.size();
        tasks.push_back({.name = round == 0 ? std::string(name) : fmt::format("{} {}", name, round),
                         .steps = {{.kind = step_kind::wait, .time = time}}});
    }
    return tasks;
}

void require_time(std::optional<duration> time, std::string_view option) {
    if (time && (*time <= duration(0) || *time > workload::time_max))
        refuse(fmt::format("{}: write a time of at most {}", option,
                           seconds_text(workload::time_max)));
}

void require_fitting(std::string_view name, const workload_sizes& sizes) {
    const auto only = [&](bool given, std::string_view option, bool fits, std::string_view who) {
        if (given && !fits) refuse(fmt::format("{} is for {}, not for {}", option, who, name));
    };
    only(sizes.delay.has_value(), "--delay", name == "io" || name == "mixed", "io and mixed");
    only(sizes.compute.has_value(), "--compute", name == "cpu" || name == "mixed",
         "cpu and mixed");
    only(sizes.bytes.has_value(), "--size", name == "files", "files");
    only(sizes.sync, "--sync", name == "files", "files");
    if (sizes.tasks && (*sizes.tasks == 0 || *sizes.tasks > workload::tasks_max))
        refuse(fmt::format("--tasks: write 1 to {}", workload::tasks_max));
    require_time(sizes.delay, "--delay");
    require_time(sizes.compute, "--compute");
    if (sizes.bytes && (*sizes.bytes == 0 || *sizes.bytes > workload::bytes_max))
        refuse("--size: write 1 to 64M");
}

}  // namespace

std::string_view name_of(step_kind kind) noexcept {
    switch (kind) {
        case step_kind::wait: return "wait";
        case step_kind::request: return "request";
        case step_kind::compute: return "compute";
        case step_kind::file: break;
    }
    return "file";
}

duration work_task::time() const noexcept {
    duration sum{0};
    for (const work_step& each : steps) sum += each.time;
    return sum;
}

std::size_t workload::count(step_kind kind) const noexcept {
    std::size_t sum = 0;
    for (const work_task& each : tasks)
        sum += static_cast<std::size_t>(std::ranges::count(each.steps, kind, &work_step::kind));
    return sum;
}

duration workload::time(step_kind kind) const noexcept {
    duration sum{0};
    for (const work_task& each : tasks)
        for (const work_step& step : each.steps)
            if (step.kind == kind) sum += step.time;
    return sum;
}

duration workload::waiting() const noexcept {
    return time(step_kind::wait) + time(step_kind::request);
}

duration workload::longest() const noexcept {
    duration most{0};
    for (const work_task& each : tasks) most = std::max(most, each.time());
    return most;
}

std::string workload::describe() const {
    std::string text = counted(tasks.size(), "task");
    std::string_view before = ": ";
    for (const step_kind kind : step_kinds) {
        const std::size_t steps = count(kind);
        if (steps == 0) continue;
        text += before;
        text += counted(steps, kind == step_kind::compute ? "computation" : name_of(kind));
        if (kind != step_kind::file) text += " (" + seconds_text(time(kind)) + ")";
        before = ", ";
    }
    return text;
}

workload built_in_workload(std::string_view name, const workload_sizes& sizes) {
    if (std::ranges::find(built_in_workloads, name) == built_in_workloads.end())
        refuse(fmt::format("there is no workload {}: write {}, or a file such as my.json", name,
                           fmt::join(built_in_workloads, ", ")));
    require_fitting(name, sizes);
    workload made{.name = std::string(name), .tasks = {}};
    const work_step request{.kind = step_kind::request,
                            .time = sizes.delay.value_or(milliseconds(20))};
    const work_step compute{.kind = step_kind::compute,
                            .time = sizes.compute.value_or(milliseconds(20))};
    if (name == "breakfast") {
        made.tasks = dishes(sizes.tasks.value_or(4));
    } else if (name == "io") {
        made.tasks = copies(sizes.tasks.value_or(100), "request", {request});
    } else if (name == "cpu") {
        made.tasks = copies(sizes.tasks.value_or(40), "job", {compute});
    } else if (name == "files") {
        const work_step file{.kind = step_kind::file,
                             .bytes = sizes.bytes.value_or(std::uint64_t{256} << 10),
                             .sync = sizes.sync};
        made.tasks = copies(sizes.tasks.value_or(100), "file", {file});
    } else {
        work_step half = compute;
        half.time = sizes.compute.value_or(milliseconds(10));
        made.tasks = copies(sizes.tasks.value_or(40), "order", {request, half, request});
    }
    return made;
}

}  // namespace troika::lab
