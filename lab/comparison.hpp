// SPDX-License-Identifier: MIT
#pragma once

#include "lab/model_run.hpp"
#include "lab/spread.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace troika::lab {

/// What is to be compared.
struct comparison_plan {
    comparison_plan() = default;

    workload what;
    std::vector<work_model> models;           ///< empty: all that differ for this workload
    std::optional<std::uint32_t> workers;     ///< nothing: default_workers()
    std::optional<unsigned> repeats;          ///< nothing: as many as fit into half a minute
    duration switch_interval = gil::interval_default;
    std::string folder;                       ///< for files
    rank_job ranks;                           ///< also these, if there are any

    static constexpr unsigned repeats_max = 1000;
    static constexpr unsigned repeats_default_max = 5;
    static constexpr duration time_default = std::chrono::seconds(30);
    /// All runs together.
    static constexpr duration time_max = std::chrono::hours(1);
};

/// One model's runs.
struct model_result {
    model_result() = default;

    work_model model = work_model::sync;
    std::uint32_t workers = 1;
    std::vector<run_figures> runs;
    trace_data trace;   ///< of a run whose time is near the median

    /// Of a figure of all runs.
    template <class Figure>
    [[nodiscard]] spread of(Figure figure) const {
        std::vector<double> values;
        values.reserve(runs.size());
        for (const run_figures& each : runs)
            values.push_back(static_cast<double>(std::invoke(figure, each)));
        return spread_of(std::move(values));
    }
    [[nodiscard]] spread wall() const { return of(&run_figures::wall_s); }
    [[nodiscard]] spread cpu() const { return of(&run_figures::cpu_s); }
    /// Processors kept busy, on average.
    [[nodiscard]] spread busy() const;
    /// The latency that such a share of the tasks does not exceed.
    [[nodiscard]] spread latency(double share) const;
};

/// Where it was measured.
struct machine_facts {
    machine_facts() = default;

    std::string kernel;
    std::uint32_t processors = 1;   ///< that we may use
    double load_before = -1;        ///< threads that wanted a processor already; < 0: unknown
};

struct comparison {
    comparison() = default;

    workload what;
    machine_facts machine;
    duration switch_interval{};
    unsigned repeats = 0;
    std::vector<model_result> models;

    [[nodiscard]] const model_result* find(work_model model) const noexcept;
};

/// Of the models those that make a difference for this workload: a pool beside the loop only where
/// something computes and something waits, or is asked for.
[[nodiscard]] std::vector<work_model> models_for(const workload& what);

/// What one run takes at most, more or less, with so many workers.
[[nodiscard]] duration expected_time(work_model model, const workload& what, std::uint32_t workers,
                                     std::uint32_t processors) noexcept;

/// How often all models are run. Throws: std::invalid_argument where that would take longer than
/// comparison_plan::time_max.
[[nodiscard]] unsigned repeats_for(const comparison_plan& plan, std::uint32_t processors);

/// Told before each run: which, and how many of how many were before it.
using comparison_progress = std::function<void(work_model model, unsigned done, unsigned total)>;

/// Does all tasks under each model, in turn and again, each time in a process of its own.
/// Requires: main() calls troika::process_entry().
/// Throws: std::invalid_argument for a plan that makes no sense; what goes wrong in a run.
[[nodiscard]] comparison compare(const comparison_plan& plan, const comparison_progress& progress);

}  // namespace troika::lab
