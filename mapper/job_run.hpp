// SPDX-License-Identifier: MIT
#pragma once

#include "mapper/command_template.hpp"
#include "mapper/input_source.hpp"
#include "mapper/job_log.hpp"
#include "mapper/options.hpp"
#include "mapper/output_spool.hpp"

#include <troika/core/task.hpp>
#include <troika/sync/mutex.hpp>
#include <troika/sync/semaphore.hpp>

#include <cstdint>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace troika {
class event_loop;
class task_group;
}  // namespace troika

namespace troika::mapper {

/// Jobs at a time at most.
inline constexpr unsigned jobs_max = 10'000;

/// Is told what a run has to say; the texts end with a line's end.
class map_observer {
public:
    /// Standard output is about to be written to, and was.
    virtual void before_output() = 0;
    virtual void after_output() = 0;
    /// A program could not be started, or the like.
    virtual void warned(const std::string& text) = 0;

protected:
    ~map_observer() = default;
};

/// One command over many inputs, as `troika map` runs it.
class job_run {
public:
    /// `folder`: for temporary files. Lifetime: `options` and `observer`.
    /// Throws: std::system_error, std::runtime_error: a file that is named cannot be used.
    job_run(event_loop& loop, const map_options& options, map_observer& observer,
            std::string folder);

    /// Runs all. Returns: the exit code, as GNU parallel's: how many jobs failed, 101 for more than
    /// a hundred; where --halt ended it, that of the job that did it.
    /// Throws: std::runtime_error. Cancel: the jobs are ended.
    task<int> run();

    [[nodiscard]] const job_counts& counts() const noexcept { return counts_; }
    /// How many inputs there are, if that is known.
    [[nodiscard]] std::optional<std::uint64_t> total() const noexcept { return inputs_.count(); }

private:
    struct job {
        std::uint64_t number = 0;
        std::string input;
        std::optional<semaphore::permit> place;   // among those that may wait to be shown
        std::unique_ptr<output_spool> output;
        std::unique_ptr<output_spool> error;
        job_record record;
        bool skipped = false;
        bool has_output = false;
        bool has_error = false;
    };

    task<void> work(task_group& group);
    task<std::optional<job>> next_job();
    task<void> attempt(job& current, std::unique_ptr<output_spool>& spare_output,
                       std::unique_ptr<output_spool>& spare_error);
    task<void> finish(job done, std::unique_ptr<output_spool>& spare_output,
                      std::unique_ptr<output_spool>& spare_error, task_group& group);
    task<void> show_in_turn();
    task<void> show(job& done);
    void judge(const job_record& ended, task_group& group);

    const map_options& options_;
    map_observer& observer_;
    const std::string folder_;
    const command_template template_;
    input_source inputs_;
    job_log log_;
    mutex asking_;    // for the next input
    mutex showing_;   // output, and what follows
    semaphore window_;
    std::uint64_t last_number_ = 0;
    std::uint64_t next_shown_ = 1;
    std::map<std::uint64_t, job> waiting_;   // ended before their turn, with keep_order
    job_counts counts_;
    bool halted_ = false;
    std::optional<int> halt_code_;
    std::exception_ptr failure_;   // that ended all
};

}  // namespace troika::mapper
