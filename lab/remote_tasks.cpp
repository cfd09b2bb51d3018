// SPDX-License-Identifier: MIT
#include "lab/remote_tasks.hpp"

#include "os/clock.hpp"
#include "os/environment.hpp"
#include "os/self_usage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

namespace troika::lab {

namespace {

/// A worker, of which we hear with its first task.
struct worker_record {
    lane_record* lane = nullptr;
    std::uint64_t memory_peak = 0;
};

}  // namespace

remote_done do_task(const work_task& task, const work_place& place, std::uint64_t number) {
    remote_done made;
    const os::resource_usage before = os::usage_of_this_process();
    made.began = os::steady_time();
    lane_record lane;
    blocking_worker(place, lane).run(task, 0, number);
    made.pid = static_cast<std::uint32_t>(os::process_id());
    made.memory_peak = os::memory_peak();
    made.spans = lane.spans();
    made.lost = lane.lost();
    const os::resource_usage after = os::usage_of_this_process();
    made.cpu = after.user + after.system - before.user - before.system;
    made.ended = os::steady_time();
    return made;
}

void note_remote(run_context& run, const std::vector<time_point>& submitted,
                 const std::vector<remote_done>& results, time_point ended,
                 const std::string& name) {
    lane_record& ours = run.record.lane(0, lane_kind::thread, 1, run.record.text("main thread"));
    ours.add(span_state::waits, run.record.text("results"), run.record.began(), ended);
    std::map<std::pair<std::uint32_t, std::uint32_t>, worker_record> workers;
    std::vector<std::size_t> order(results.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::ranges::sort(order, {}, [&](std::size_t task) { return results[task].began; });
    for (const std::size_t task : order) {
        const remote_done& done = results[task];
        worker_record& worker = workers[{done.rank, done.pid}];
        if (worker.lane == nullptr) {
            const std::string called =
                fmt::format("{} {}", name, done.rank != 0 ? done.rank : workers.size());
            const std::uint32_t process = run.record.add_process(done.pid, called);
            worker.lane = &run.record.lane(process, lane_kind::thread, 1, run.record.text(called));
        }
        worker.memory_peak = std::max(worker.memory_peak, done.memory_peak);
        for (const lane_span& span : done.spans)
            worker.lane->add(span.state, run.names[task], time_point(duration(span.begin)),
                             time_point(duration(span.end)));
        run.record.arrow(arrow_kind::call, ours, submitted[task], *worker.lane, done.began);
        run.done(task, done.ended);
    }
    for (const auto& [who, worker] : workers) run.workers_memory += worker.memory_peak;
    run.processes = 1 + static_cast<std::uint32_t>(workers.size());
    run.threads = static_cast<std::uint32_t>(workers.size());
}

}  // namespace troika::lab
