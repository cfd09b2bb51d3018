// SPDX-License-Identifier: MIT
#pragma once

#include "lab/comparison.hpp"

#include <cstdint>
#include <vector>

namespace troika::lab {

/// What a model took, for tests: its times, CPU for each, and peak memory.
inline model_result result_of(work_model model, std::vector<double> walls, double cpu,
                              std::uint64_t memory, std::uint32_t workers = 1) {
    model_result made;
    made.model = model;
    made.workers = workers;
    for (const double wall : walls) {
        run_figures& run = made.runs.emplace_back();
        run.wall_s = wall;
        run.cpu_s = cpu;
        run.memory_peak_bytes = memory;
        run.switches_voluntary = 10;
        run.switches_involuntary = 2;
        run.threads = workers;
        run.processes = model == work_model::processes ? 1 + workers : 1;
        run.latencies_s = {wall / 2, wall};
    }
    text_table texts(made.trace);
    made.trace.length = static_cast<std::int64_t>(walls.front() * 1e9);
    made.trace.processes = {{.pid = 1, .name = texts.id_of(name_of(model))}};
    made.trace.lanes = {{.process = 0, .kind = lane_kind::thread, .id = 1,
                         .name = texts.id_of("main thread")}};
    made.trace.spans = {{.lane = 0, .state = span_state::runs, .name = texts.id_of("task"),
                         .detail = 0, .task = 0, .begin = 0, .end = made.trace.length}};
    return made;
}

inline comparison comparison_of(workload what, std::vector<model_result> models) {
    comparison made;
    made.what = std::move(what);
    made.machine.kernel = "Linux 6.1";
    made.machine.processors = 2;
    made.machine.load_before = 0;
    made.switch_interval = gil::interval_default;
    made.repeats = static_cast<unsigned>(models.front().runs.size());
    made.models = std::move(models);
    return made;
}

constexpr std::uint64_t megabyte = std::uint64_t{1} << 20;

/// As a quiet machine of two processors has it.
inline comparison breakfast_sample() {
    return comparison_of(
        built_in_workload("breakfast"),
        {result_of(work_model::sync, {0.221, 0.220, 0.222}, 0.001, 5 * megabyte),
         result_of(work_model::async, {0.081, 0.080, 0.082}, 0.002, 6 * megabyte),
         result_of(work_model::threads, {0.081, 0.081, 0.081}, 0.002, 7 * megabyte, 4),
         result_of(work_model::threads_gil, {0.082, 0.081, 0.083}, 0.002, 7 * megabyte, 4),
         result_of(work_model::processes, {0.130, 0.120, 0.140}, 0.040, 30 * megabyte, 4)});
}

inline comparison cpu_sample() {
    return comparison_of(
        built_in_workload("cpu"),
        {result_of(work_model::sync, {0.80, 0.80, 0.80}, 0.80, 5 * megabyte),
         result_of(work_model::async, {0.81, 0.81, 0.81}, 0.81, 6 * megabyte),
         result_of(work_model::threads, {0.41, 0.41, 0.41}, 0.80, 7 * megabyte, 2),
         result_of(work_model::threads_gil, {0.83, 0.83, 0.83}, 0.83, 7 * megabyte, 2),
         result_of(work_model::processes, {0.44, 0.44, 0.44}, 0.85, 20 * megabyte, 2)});
}

}  // namespace troika::lab
