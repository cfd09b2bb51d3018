// SPDX-License-Identifier: MIT
#include "mapper/job_run.hpp"

#include <troika/core/cancelled.hpp>
#include <troika/core/errors.hpp>
#include <troika/io/offload.hpp>
#include <troika/loop/event_loop.hpp>
#include <troika/subprocess/run.hpp>
#include <troika/tasks/task_group.hpp>

#include "os/clock.hpp"
#include "os/processors.hpp"

#include <algorithm>
#include <csignal>
#include <system_error>
#include <utility>

namespace troika::mapper {

namespace {

constexpr std::uint64_t failed_shown_max = 100;
constexpr int not_found = 127, not_startable = 126;   // as shells say it
constexpr std::size_t waiting_for_each = 8;

unsigned jobs_of(const map_options& options) {
    if (options.jobs != 0) return options.jobs;
    return std::min(os::processors_available(), jobs_max);
}

int code_of(const job_record& record) noexcept {
    return record.signal != 0 ? 128 + record.signal : record.code;
}

}  // namespace

job_run::job_run(event_loop& loop, const map_options& options, map_observer& observer,
                 std::string folder)
    : options_(options),
      observer_(observer),
      folder_(std::move(folder)),
      template_(options.command),
      inputs_(loop, options),
      window_(waiting_for_each * jobs_of(options)) {
    if (!options.job_log.empty() && !options.dry_run)
        log_ = job_log(options.job_log, options.resume || options.resume_failed);
}

task<int> job_run::run() {
    auto body = [this](task_group& group) -> task<void> {
        for (unsigned i = 0; i < jobs_of(options_); ++i)
            group.create_task(work(group), {.name = "jobs"});
        co_return;
    };
    co_await with_task_group(body);
    if (failure_) std::rethrow_exception(failure_);
    // A halt has left gaps: what follows them is shown all the same.
    for (auto& [number, done] : waiting_) co_await show(done);
    if (halt_code_) co_return *halt_code_;
    co_return static_cast<int>(std::min(counts_.failed, failed_shown_max + 1));
}

task<void> job_run::work(task_group& group) {
    std::unique_ptr<output_spool> spare_output;
    std::unique_ptr<output_spool> spare_error;
    try {
        for (;;) {
            std::optional<job> next = co_await next_job();
            if (!next) co_return;
            for (unsigned tries = 0; tries < options_.tries; ++tries) {
                if (next->skipped || options_.dry_run) break;
                co_await attempt(*next, spare_output, spare_error);
                if (next->record.success()) break;
            }
            job done = std::move(*next);
            co_await finish(std::move(done), spare_output, spare_error, group);
        }
    } catch (const std::exception&) {
        if (!failure_) failure_ = std::current_exception();
        group.cancel();
    }
}

task<std::optional<job_run::job>> job_run::next_job() {
    auto asking = co_await asking_.lock();
    if (halted_) co_return std::nullopt;
    job next;
    // In the order of the numbers, so that the next to be shown has a place.
    if (options_.keep_order || options_.dry_run) next.place.emplace(co_await window_.acquire());
    std::optional<std::string> input = co_await inputs_.next();
    if (!input || halted_) co_return std::nullopt;
    next.input = std::move(*input);
    next.number = ++last_number_;
    next.skipped = options_.resume_failed ? log_.had_success(next.number)
                                          : options_.resume && log_.had(next.number);
    if (!next.skipped) ++counts_.started;
    co_return next;
}

task<void> job_run::attempt(job& current, std::unique_ptr<output_spool>& spare_output,
                            std::unique_ptr<output_spool>& spare_error) {
    current.output = std::move(spare_output);
    current.error = std::move(spare_error);
    if (!current.output || !current.error) {
        const auto open = [this, &current] {
            if (!current.output) current.output = std::make_unique<output_spool>(folder_);
            if (!current.error) current.error = std::make_unique<output_spool>(folder_);
        };
        co_await io::offload("make temporary files", open);
    }
    using subprocess::stdio;
    const subprocess::run_options how{
        .standard_output = stdio::descriptor(current.output->descriptor()),
        .standard_error = stdio::descriptor(current.error->descriptor()),
        .timeout = options_.timeout,
    };
    std::vector<std::string> words = template_.expand(current.input, current.number);
    job_record& record = current.record;
    record.number = current.number;
    record.began = os::wall_time();
    record.code = record.signal = 0;
    const time_point began = os::steady_time();
    try {
        const subprocess::command what(std::move(words));
        record.command = to_string(what);
        const subprocess::completed done = co_await subprocess::run(what, how);
        record.code = std::max(done.status.code(), 0);
        record.signal = done.status.signal();
    } catch (const timeout_error&) {
        record.code = -1;
        record.signal = SIGTERM;
    } catch (const std::system_error& error) {
        observer_.warned(error.what());
        const bool missing = error.code() == std::errc::no_such_file_or_directory;
        record.code = missing ? not_found : not_startable;
    } catch (const std::invalid_argument& error) {
        observer_.warned(error.what());
        record.code = not_startable;
    }
    record.time = os::steady_time() - began;
}

task<void> job_run::finish(job done, std::unique_ptr<output_spool>& spare_output,
                           std::unique_ptr<output_spool>& spare_error, task_group& group) {
    auto showing = co_await showing_.lock();
    const bool ran = !done.skipped && !options_.dry_run;
    if (ran) {
        const auto note = [this, &done] {
            done.record.output_bytes = done.output->size();
            done.has_output = done.record.output_bytes != 0;
            done.has_error = done.error->size() != 0;
            log_.add(done.record);
        };
        co_await io::offload("note a job", note);
        // Files that nobody has written to are for the next job.
        if (!done.has_output) spare_output = std::move(done.output);
        if (!done.has_error) spare_error = std::move(done.error);
    }
    const job_record record = done.record;
    if (!options_.keep_order && !options_.dry_run)
        co_await show(done);
    else
        waiting_.emplace(done.number, std::move(done));
    co_await show_in_turn();
    if (ran) judge(record, group);
}

task<void> job_run::show_in_turn() {
    for (auto turn = waiting_.find(next_shown_); turn != waiting_.end();
         turn = waiting_.find(++next_shown_)) {
        job first = std::move(turn->second);
        waiting_.erase(turn);
        co_await show(first);
    }
}

task<void> job_run::show(job& done) {
    if (done.skipped || (!done.has_output && !done.has_error && !options_.dry_run)) co_return;
    observer_.before_output();
    const auto copy = [this, &done] {
        const std::string prefix = options_.tag ? done.input + "\t" : "";
        if (options_.dry_run) {
            const subprocess::command what(template_.expand(done.input, done.number));
            write_all(1, prefix + to_string(what) + "\n");
        }
        if (done.has_output) done.output->copy_to(1, prefix);
        if (done.has_error) done.error->copy_to(2, prefix);
    };
    co_await io::offload("show what a job wrote", copy);
    observer_.after_output();
}

void job_run::judge(const job_record& ended, task_group& group) {
    ++(ended.success() ? counts_.succeeded : counts_.failed);
    const halt_policy::when how = options_.halt.decide(counts_);
    if (how == halt_policy::when::never || halted_) return;
    halted_ = true;
    halt_code_ = options_.halt.on_success() ? 0 : code_of(ended);
    if (how == halt_policy::when::now) group.cancel();
}

}  // namespace troika::mapper
