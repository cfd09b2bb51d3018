// SPDX-License-Identifier: MIT
#include "lab/run_context.hpp"

#include "lab/answering_server.hpp"
#include "os/clock.hpp"
#include "os/error.hpp"

#include <troika/core/errors.hpp>
#include <troika/fs/directory.hpp>
#include <troika/fs/file.hpp>
#include <troika/loop/run.hpp>
#include <troika/net/connect.hpp>
#include <troika/net/stream.hpp>
#include <troika/pool/thread_pool.hpp>
#include <troika/tasks/sleep.hpp>
#include <troika/tasks/task_group.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <thread>

namespace troika::lab {

namespace {

/// The lanes of a pool's threads, which come as they first do something.
class pool_lanes {
public:
    pool_lanes(recording& record, std::uint32_t count) : record_(record) {
        for (std::uint32_t number = 1; number <= count; ++number)
            names_.push_back(record.text(fmt::format("pool {}", number)));
    }
    lane_record& of_this_thread() {
        const std::scoped_lock here(mutex_);
        lane_record*& lane = lanes_[std::this_thread::get_id()];
        if (lane == nullptr) {
            const std::size_t number = lanes_.size();   // with this one
            // More threads than the pool has at a time: one that waited was replaced.
            const std::uint32_t name = names_[std::min(number, names_.size()) - 1];
            lane = &record_.lane(0, lane_kind::thread, first_id + number, name);
        }
        return *lane;
    }

private:
    static constexpr std::uint64_t first_id = 1;   // the loop's thread

    recording& record_;
    std::vector<std::uint32_t> names_;
    std::mutex mutex_;
    std::map<std::thread::id, lane_record*> lanes_;
};

/// When a job of the pool ran.
struct turn {
    time_point began{};
    time_point ended{};
};

class loop_work {
public:
    loop_work(run_context& run, bool with_pool)
        : run_(run), loop_lane_(run.record.lane(0, lane_kind::thread, 1,
                                                run.record.text("loop thread"))),
          pool_lanes_(run.record, run.how.workers) {
        if (with_pool) {
            pool_.emplace(thread_pool::options{.workers = run.how.workers});
            run.threads = 1 + run.how.workers;
        }
    }

    task<void> all() {
        auto body = [&](task_group& group) -> task<void> {
            for (std::size_t number = 0; number < run_.what.tasks.size(); ++number)
                group.create_task(one(number));
            co_return;
        };
        co_await with_task_group(body);
    }

private:
    task<void> one(std::size_t number) {
        const std::uint32_t name = run_.names[number];
        lane_record& lane = run_.record.lane(0, lane_kind::task, number + 1, name);
        lane.add_ready(name, run_.record.began(), os::steady_time());
        for (const work_step& step : run_.what.tasks[number].steps) {
            switch (step.kind) {
                case step_kind::wait: co_await wait(step.time, lane, name); break;
                case step_kind::request: co_await request(step.time, lane, name); break;
                case step_kind::compute:
                    if (pool_) {
                        co_await compute_in_pool(step.time, lane, name, number + 1);
                    } else {
                        compute_here(step.time, lane, name, number + 1);
                    }
                    break;
                case step_kind::file: co_await file(step, lane, name, number); break;
            }
        }
        run_.done(number, os::steady_time());
    }

    task<void> wait(duration time, lane_record& lane, std::uint32_t name) {
        const time_point began = os::steady_time();
        co_await sleep(time);
        const time_point ended = os::steady_time();
        lane.add(span_state::waits, name, began, std::min(began + time, ended));
        lane.add_ready(name, began + time, ended);
    }
    task<void> request(duration delay, lane_record& lane, std::uint32_t name) {
        const time_point began = os::steady_time();
        const net::endpoint where{.host = "127.0.0.1", .port = run_.how.place.port};
        net::stream server = co_await net::open_connection(where);
        const request_bytes asked = request_after(delay);
        co_await server.write_all(std::span<const std::byte>(asked));
        // On one machine this waits for nobody but the loop.
        lane.add_ready(name, began, os::steady_time());
        const std::string answer = co_await server.read_all(64);
        const time_point answered = time_of_answer(answer);
        if (answered == never) os::throw_error(ECONNRESET, "hear our server");
        const time_point ended = os::steady_time();
        lane.add(span_state::waits, name, began, std::min(answered, ended));
        lane.add_ready(name, answered, ended);
    }
    // The loop stands still meanwhile, as it does for a task that computes.
    void compute_here(duration time, lane_record& lane, std::uint32_t name, std::uint64_t id) {
        lane_record apart;   // whose spans go to both lanes
        blocking_worker(run_.how.place, apart).compute(time, name);
        copy(apart, loop_lane_, id);
        copy(apart, lane, 0);
    }
    task<void> compute_in_pool(duration time, lane_record& lane, std::uint32_t name,
                               std::uint64_t id) {
        const time_point began = os::steady_time();
        auto job = [this, time, name, id] {
            turn made{.began = os::steady_time()};
            lane_record apart;
            blocking_worker(run_.how.place, apart).compute(time, name);
            copy(apart, pool_lanes_.of_this_thread(), id);
            made.ended = os::steady_time();
            return made;
        };
        future<turn> answer = pool_->submit(job);
        const turn made = co_await answer;
        lane.add_ready(name, began, made.began);
        lane.add(span_state::runs, name, made.began, made.ended);
        lane.add_ready(name, made.ended, os::steady_time());
    }
    task<void> file(const work_step& step, lane_record& lane, std::uint32_t name,
                    std::size_t number) {
        const time_point began = os::steady_time();
        const std::string path = file_for_step(run_.how.place, number);
        fs::open_options options;
        options.write = options.create = options.exclusive = true;
        options.mode = 0600;
        fs::file opened = co_await fs::open(path, options);
        co_await fs::remove(path);   // a crash leaves nothing
        std::vector<std::byte> block(std::min<std::uint64_t>(file_block, step.bytes),
                                     std::byte{'x'});
        const std::span<std::byte> all(block);
        for (std::uint64_t at = 0; at < step.bytes; at += block.size()) {
            const std::size_t size = std::min<std::uint64_t>(block.size(), step.bytes - at);
            co_await opened.write_at(std::span<const std::byte>(all.first(size)), at);
        }
        if (step.sync) co_await opened.sync();
        for (std::uint64_t at = 0; at < step.bytes;) {
            const std::size_t size = std::min<std::uint64_t>(block.size(), step.bytes - at);
            const std::size_t got = co_await opened.read_at(all.first(size), at);
            if (got == 0) os::throw_error(EIO, "read", path);
            at += got;
        }
        co_await opened.close();
        lane.add(span_state::waits, name, began, os::steady_time());
    }

    static void copy(const lane_record& from, lane_record& to, std::uint64_t task) {
        for (const lane_span& each : from.spans())
            to.add(each.state, each.name, time_point(duration(each.begin)),
                   time_point(duration(each.end)), task);
    }

    run_context& run_;
    lane_record& loop_lane_;
    pool_lanes pool_lanes_;
    std::optional<thread_pool> pool_;
};

}  // namespace

time_point run_on_loop(run_context& run, bool with_pool) {
    loop_work work(run, with_pool);
    try {
        troika::run(work.all(), {.handle_interrupt = false});
    } catch (const exception_group& all) {   // the others ended because of the first
        std::rethrow_exception(all.errors().front());
    }
    return os::steady_time();
}

}  // namespace troika::lab
