// SPDX-License-Identifier: MIT
#include "lab/run_context.hpp"

#include "os/clock.hpp"
#include "os/environment.hpp"
#include "os/self_usage.hpp"

#include <troika/proc/process_pool.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <map>

namespace troika::lab {

namespace {

/// What a worker says of a task.
struct remote_done {
    std::uint32_t pid = 0;
    std::uint64_t memory_peak = 0;
    std::uint64_t lost = 0;
    time_point began{};
    time_point ended{};
    std::vector<lane_span> spans;
};

remote_done do_task(work_task task, work_place place, std::uint64_t number) {
    remote_done made;
    made.began = os::steady_time();
    lane_record lane;
    blocking_worker(place, lane).run(task, 0, number);
    made.pid = static_cast<std::uint32_t>(os::process_id());
    made.memory_peak = os::memory_peak();
    made.spans = lane.spans();
    made.lost = lane.lost();
    made.ended = os::steady_time();
    return made;
}

/// A worker, of which we hear with its first task.
struct worker_record {
    lane_record* lane = nullptr;
    std::uint64_t memory_peak = 0;
};

}  // namespace

time_point run_in_processes(run_context& run) {
    const std::size_t count = run.what.tasks.size();
    lane_record& ours = run.record.lane(0, lane_kind::thread, 1, run.record.text("main thread"));
    std::vector<remote_done> all;
    std::vector<time_point> submitted;
    all.reserve(count);
    submitted.reserve(count);
    time_point ended{};
    {
        process_pool pool({.workers = run.how.workers, .name = "work"});
        std::vector<future<remote_done>> answers;
        answers.reserve(count);
        for (std::size_t task = 0; task < count; ++task) {
            submitted.push_back(os::steady_time());
            answers.push_back(pool.submit<&do_task>(run.what.tasks[task], run.how.place,
                                                    static_cast<std::uint64_t>(task)));
        }
        std::exception_ptr failure;
        for (future<remote_done>& each : answers) {
            try {
                all.push_back(std::move(each).get());
            } catch (...) {
                if (!failure) failure = std::current_exception();
            }
        }
        if (failure) std::rethrow_exception(failure);
        ended = os::steady_time();
        pool.shutdown();   // what workers have used is known when they have ended
    }
    ours.add(span_state::waits, run.record.text("results"), run.record.began(), ended);
    std::map<std::uint32_t, worker_record> workers;
    std::vector<std::size_t> order(count);
    for (std::size_t i = 0; i < count; ++i) order[i] = i;
    std::ranges::sort(order, {}, [&](std::size_t task) { return all[task].began; });
    for (const std::size_t task : order) {
        const remote_done& done = all[task];
        worker_record& worker = workers[done.pid];
        if (worker.lane == nullptr) {
            const std::string name = fmt::format("process {}", workers.size());
            const std::uint32_t process = run.record.add_process(done.pid, name);
            worker.lane = &run.record.lane(process, lane_kind::thread, 1, run.record.text(name));
        }
        worker.memory_peak = std::max(worker.memory_peak, done.memory_peak);
        for (const lane_span& span : done.spans)
            worker.lane->add(span.state, run.names[task], time_point(duration(span.begin)),
                             time_point(duration(span.end)));
        run.record.arrow(arrow_kind::call, ours, submitted[task], *worker.lane, done.began);
        run.done(task, done.ended);
    }
    for (const auto& [pid, worker] : workers) run.workers_memory += worker.memory_peak;
    run.processes = 1 + static_cast<std::uint32_t>(workers.size());
    run.threads = static_cast<std::uint32_t>(workers.size());
    return ended;
}

}  // namespace troika::lab
