// SPDX-License-Identifier: MIT
#include "lab/comparison.hpp"

#include "lab/answering_server.hpp"
#include "lab/computing.hpp"
#include "lab/quantities.hpp"
#include "os/environment.hpp"
#include "os/processors.hpp"
#include "os/self_usage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace troika::lab {

namespace {

// Files take what disks take: a guess, for how often we can afford it.
constexpr duration file_guess = std::chrono::milliseconds(2);
constexpr duration sync_guess = std::chrono::milliseconds(10);
constexpr duration process_guess = std::chrono::milliseconds(20);
constexpr duration run_guess = std::chrono::milliseconds(60);   // to start the run's own process

duration file_time(const workload& what) noexcept {
    duration sum{0};
    for (const work_task& task : what.tasks)
        for (const work_step& step : task.steps)
            if (step.kind == step_kind::file)
                sum += file_guess + (step.sync ? sync_guess : duration(0)) +
                       duration(static_cast<std::int64_t>(step.bytes) * 4);   // 250 MB/s
    return sum;
}

std::uint32_t workers_of(const comparison_plan& plan, work_model model, std::uint32_t processors) {
    if (model == work_model::ranks) return plan.ranks.workers;
    const std::uint32_t usual = default_workers(model, plan.what, processors);
    const bool one = model == work_model::sync || model == work_model::async;
    return one ? usual : plan.workers.value_or(usual);
}

std::vector<work_model> models_of(const comparison_plan& plan) {
    if (!plan.models.empty()) return plan.models;
    std::vector<work_model> models = models_for(plan.what);
    if (plan.ranks.workers != 0) models.push_back(work_model::ranks);
    return models;
}

void require_sensible(const comparison_plan& plan) {
    if (plan.what.tasks.empty()) throw std::invalid_argument("the workload has no tasks");
    if (plan.workers && (*plan.workers == 0 || *plan.workers > workers_max))
        throw std::invalid_argument(fmt::format("--workers: write 1 to {}", workers_max));
    if (plan.repeats && (*plan.repeats == 0 || *plan.repeats > comparison_plan::repeats_max))
        throw std::invalid_argument(
            fmt::format("--repeats: write 1 to {}", comparison_plan::repeats_max));
    if (plan.ranks.workers == 0 &&
        std::ranges::find(plan.models, work_model::ranks) != plan.models.end())
        throw std::invalid_argument("ranks are those of an MPI job: give --mpi as well, and start "
                                    "it by mpirun");
    if (plan.switch_interval <= duration(0) || plan.switch_interval > std::chrono::seconds(10))
        throw std::invalid_argument("--switch-interval: write a time above 0, at most 10s");
}

// So many runs of a model are kept as pictures until one is chosen.
constexpr unsigned traces_max = 9;

// Of the first `count` runs that whose time is nearest to the median of all.
std::size_t median_run(const model_result& of, std::size_t count) {
    const double median = of.wall().median;
    std::size_t best = 0;
    for (std::size_t i = 1; i < count; ++i)
        if (std::abs(of.runs[i].wall_s - median) < std::abs(of.runs[best].wall_s - median))
            best = i;
    return best;
}

}  // namespace

spread model_result::busy() const {
    return of([](const run_figures& run) { return run.wall_s > 0 ? run.cpu_s / run.wall_s : 0; });
}

spread model_result::latency(double share) const {
    return of([share](const run_figures& run) {
        std::vector<double> sorted = run.latencies_s;
        std::ranges::sort(sorted);
        return quantile(sorted, share);
    });
}

const model_result* comparison::find(work_model model) const noexcept {
    const auto found = std::ranges::find(models, model, &model_result::model);
    return found == models.end() ? nullptr : &*found;
}

std::vector<work_model> models_for(const workload& what) {
    const bool computes = what.count(step_kind::compute) > 0;
    const bool waits = what.count(step_kind::wait) + what.count(step_kind::request) +
                           what.count(step_kind::file) > 0;
    std::vector<work_model> models;
    for (const work_model each : work_models)
        if ((each != work_model::async_pool || (computes && waits)) && each != work_model::ranks)
            models.push_back(each);
    return models;
}

duration expected_time(work_model model, const workload& what, std::uint32_t workers,
                       std::uint32_t processors) noexcept {
    const duration computing = what.time(step_kind::compute);
    const duration others = what.waiting() + file_time(what);
    const auto at_once = [&](std::uint32_t count) {
        return others / std::max(count, 1u) + computing / std::min(std::max(count, 1u), processors);
    };
    const duration start = run_guess;
    switch (model) {
        case work_model::sync: return start + others + computing;
        case work_model::async: return start + what.longest() + file_time(what) + computing;
        case work_model::async_pool:
            return start + what.longest() + file_time(what) +
                   computing / std::min(std::max(workers, 1u), processors);
        case work_model::threads: return start + what.longest() + at_once(workers);
        case work_model::threads_gil:
            return start + what.longest() + others / std::max(workers, 1u) + computing;
        case work_model::processes: break;
        case work_model::ranks: return start + what.longest() + at_once(workers);
    }
    return start + what.longest() + at_once(workers) + workers * process_guess;
}

unsigned repeats_for(const comparison_plan& plan, std::uint32_t processors) {
    duration once{0};
    for (const work_model model : models_of(plan))
        once += expected_time(model, plan.what, workers_of(plan, model, processors), processors);
    const auto fit = comparison_plan::time_default / std::max(once, duration(1));
    const unsigned repeats = plan.repeats.value_or(static_cast<unsigned>(
        std::clamp<std::int64_t>(fit, 1, comparison_plan::repeats_default_max)));
    if (once > comparison_plan::time_max / repeats)
        throw std::invalid_argument(fmt::format(
            "that would take more than an hour: {} for all models once; give it fewer or shorter "
            "tasks, --models or --repeats",
            seconds_text(once)));
    return repeats;
}

comparison compare(const comparison_plan& plan, const comparison_progress& progress) {
    require_sensible(plan);
    comparison made;
    made.what = plan.what;
    made.switch_interval = plan.switch_interval;
    made.machine.kernel = os::kernel_release();
    made.machine.processors = os::processors_available();
    made.machine.load_before = os::load_average();
    made.repeats = repeats_for(plan, made.machine.processors);

    const answering_server server;
    model_settings how;
    how.switch_interval = plan.switch_interval;
    how.place.port = server.port();
    how.place.rounds_per_ms = measure_rounds_per_ms();
    how.place.folder = plan.folder;

    for (const work_model model : models_of(plan)) {
        model_result& one = made.models.emplace_back();
        one.model = model;
        one.workers = workers_of(plan, model, made.machine.processors);
    }
    const unsigned total = made.repeats * static_cast<unsigned>(made.models.size());
    unsigned done = 0;
    // In turn: what disturbs the machine for a while disturbs all models.
    std::vector<std::vector<trace_data>> traces(made.models.size());
    for (unsigned repeat = 0; repeat < made.repeats; ++repeat) {
        for (std::size_t i = 0; i < made.models.size(); ++i) {
            model_result& one = made.models[i];
            if (progress) progress(one.model, done, total);
            how.model = one.model;
            how.workers = one.workers;
            model_run run = one.model == work_model::ranks ? plan.ranks.run(plan.what, how)
                                                           : run_model_apart(plan.what, how);
            one.runs.push_back(std::move(run.figures));
            if (repeat < traces_max) traces[i].push_back(std::move(run.trace));
            ++done;
        }
    }
    for (std::size_t i = 0; i < made.models.size(); ++i) {
        model_result& one = made.models[i];
        one.trace = std::move(traces[i][median_run(one, traces[i].size())]);
    }
    return made;
}

}  // namespace troika::lab
