// SPDX-License-Identifier: MIT
#include "lab/remote_tasks.hpp"
#include "os/clock.hpp"

#include <troika/proc/process_pool.hpp>

#include <exception>
#include <utility>

namespace troika::lab {

time_point run_in_processes(run_context& run) {
    const std::size_t count = run.what.tasks.size();
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
    note_remote(run, submitted, all, ended, "process");
    return ended;
}

}  // namespace troika::lab
