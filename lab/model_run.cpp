// SPDX-License-Identifier: MIT
#include "lab/model_run.hpp"

#include "lab/run_context.hpp"
#include "os/clock.hpp"
#include "os/environment.hpp"
#include "os/self_usage.hpp"

#include <troika/proc/process_pool.hpp>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <utility>

namespace troika::lab {

std::string_view name_of(work_model model) noexcept {
    switch (model) {
        case work_model::sync: return "sync";
        case work_model::async: return "async";
        case work_model::async_pool: return "async+pool";
        case work_model::threads: return "threads";
        case work_model::threads_gil: return "threads+gil";
        case work_model::processes: return "processes";
        case work_model::ranks: break;
    }
    return "ranks";
}

std::optional<work_model> model_of(std::string_view name) noexcept {
    for (const work_model each : work_models)
        if (name_of(each) == name) return each;
    return std::nullopt;
}

std::uint32_t default_workers(work_model model, const workload& what,
                              std::uint32_t processors) noexcept {
    const auto tasks = static_cast<std::uint32_t>(
        std::clamp<std::size_t>(what.tasks.size(), 1, workload::tasks_max));
    const bool waits = what.count(step_kind::wait) + what.count(step_kind::request) +
                           what.count(step_kind::file) > 0;
    switch (model) {
        case work_model::sync:
        case work_model::async: return 1;
        case work_model::async_pool: return std::min(tasks, processors);
        case work_model::threads:
        case work_model::threads_gil:
            return std::min(tasks, waits ? std::max(waiting_threads_max, processors) : processors);
        case work_model::processes:
        case work_model::ranks: break;
    }
    return std::min(tasks, waits ? std::max(waiting_processes_max, processors) : processors);
}

run_context::run_context(const workload& of, const model_settings& settings)
    : what(of), how(settings), record(os::steady_time()), latencies(of.tasks.size()) {
    record.add_process(static_cast<std::uint32_t>(os::process_id()), name_of(settings.model));
    names.reserve(of.tasks.size());
    for (const work_task& each : of.tasks) names.push_back(record.text(each.name));
}

time_point run_as_said(run_context& run) {
    switch (run.how.model) {
        case work_model::sync: return run_one_by_one(run);
        case work_model::async: return run_on_loop(run, false);
        case work_model::async_pool: return run_on_loop(run, true);
        case work_model::threads: return run_on_threads(run, false);
        case work_model::threads_gil: return run_on_threads(run, true);
        case work_model::processes: return run_in_processes(run);
        case work_model::ranks: break;
    }
    throw std::logic_error("ranks are for programs that link MPI");
}

model_run run_model(const workload& what, const model_settings& how) {
    return run_measured(what, how, &run_as_said);
}

model_run run_measured(const workload& what, const model_settings& how, model_body body) {
    const os::resource_usage before = os::usage_of_this_process();
    const os::resource_usage children_before = os::usage_of_ended_children();
    run_context run(what, how);
    const time_point ended = body(run);
    const os::resource_usage after = os::usage_of_this_process();
    const os::resource_usage children = os::usage_of_ended_children();

    model_run made;
    run_figures& figures = made.figures;
    figures.wall_s = std::chrono::duration<double>(ended - run.record.began()).count();
    const auto cpu = after.user + after.system - before.user - before.system + children.user +
                     children.system - children_before.user - children_before.system +
                     run.workers_cpu;
    figures.cpu_s = std::chrono::duration<double>(cpu).count();
    figures.switches_voluntary = after.switches_voluntary - before.switches_voluntary +
                                 children.switches_voluntary - children_before.switches_voluntary;
    figures.switches_involuntary = after.switches_involuntary - before.switches_involuntary +
                                   children.switches_involuntary -
                                   children_before.switches_involuntary;
    figures.memory_peak_bytes = os::memory_peak() + run.workers_memory;
    figures.processes = run.processes;
    figures.threads = run.threads;
    figures.latencies_s = std::move(run.latencies);
    made.trace = run.record.finish(ended);
    return made;
}

model_run run_model_apart(const workload& what, const model_settings& how) {
    process_pool apart({.workers = 1, .name = "model", .calls_per_worker_max = 1});
    return apart.submit<&run_model>(what, how).get();
}

}  // namespace troika::lab
