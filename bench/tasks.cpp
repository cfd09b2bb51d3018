// SPDX-License-Identifier: MIT
// What does a task cost? The works of bench/peers/reference_tasks.cpp, through the public face.
#include "compare.hpp"
#include "peers/task_work.hpp"
#include "task_batches.hpp"

#include <troika/core/future.hpp>
#include <troika/core/task.hpp>
#include <troika/loop/event_loop.hpp>
#include <troika/tasks/gather.hpp>
#include <troika/tasks/sleep.hpp>
#include <troika/tasks/task_group.hpp>
#include <troika/tasks/yield_now.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using task_batches::identity;
using task_work::batch_size;
using task_work::expect;
using task_work::sum_below;
using troika::future;
using troika::task;
using troika::task_group;

task<void> hold(int count) {
    long sum = 0;
    co_await troika::with_task_group([&](task_group& group) -> task<void> {
        std::vector<future<int>> answers;
        answers.reserve(static_cast<std::size_t>(count));
        for (int i = 0; i < count; ++i) answers.push_back(group.create_task(identity(i)));
        for (future<int>& answer : answers) sum += co_await std::move(answer);
    });
    expect(sum == sum_below(count));
}

task<void> gather_all(int count) {
    std::vector<task<int>> works;
    works.reserve(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) works.push_back(identity(i));
    const std::vector<int> values = co_await troika::gather(std::move(works));
    expect(std::accumulate(values.begin(), values.end(), 0L) == sum_below(count));
}

task<void> gather_batches(int count) {
    long sum = 0;
    for (int batch = 0; batch < count; ++batch) {
        std::vector<task<int>> works;
        works.reserve(batch_size);
        for (int i = 0; i < batch_size; ++i) works.push_back(identity(i));
        const std::vector<int> values = co_await troika::gather(std::move(works));
        sum = std::accumulate(values.begin(), values.end(), sum);
    }
    expect(sum == count * sum_below(batch_size));
}

[[gnu::noinline]] task<void> add(long& sum, int value) {
    sum += value;
    co_return;
}

task<void> drop_batches(int count) {
    long sum = 0;
    for (int batch = 0; batch < count; ++batch) {
        co_await troika::with_task_group([&](task_group& group) -> task<void> {
            for (int i = 0; i < batch_size; ++i) group.create_task(add(sum, i));
            co_return;
        });
    }
    expect(sum == count * sum_below(batch_size));
}

[[gnu::noinline]] task<long> sum_chain(int count) {
    long sum = 0;
    for (int i = 0; i < count; ++i) sum += co_await identity(i);
    co_return sum;
}

task<void> check_chain(int count) {
    const long sum = co_await sum_chain(count);
    expect(sum == sum_below(count));
}

[[gnu::noinline]] task<void> yields(int count) {
    for (int i = 0; i < count; ++i) co_await troika::yield_now();
}

task<void> yield_all(int tasks, int times) {
    co_await troika::with_task_group([&](task_group& group) -> task<void> {
        for (int i = 0; i < tasks; ++i) group.create_task(yields(times));
        co_return;
    });
}

[[gnu::noinline]] task<void> sleeps(std::chrono::milliseconds length) {
    co_await troika::sleep(length);
}

task<void> sleep_all(int tasks, std::chrono::milliseconds length) {
    co_await troika::with_task_group([&](task_group& group) -> task<void> {
        for (int i = 0; i < tasks; ++i) group.create_task(sleeps(length));
        co_return;
    });
}

int work(int count, char** arguments) {
    const std::string_view name = count > 0 ? arguments[0] : "";
    const int n = count > 1 ? std::atoi(arguments[1]) : 0;
    const int m = count > 2 ? std::atoi(arguments[2]) : 0;
    const double operations = n;
    troika::event_loop loop;
    const auto measure = [&](double of, task<void> whole) {
        task_work::measure(of, [&] { loop.run(std::move(whole)); });
    };
    if (name == "held")
        measure(operations, hold(n));
    else if (name == "gather")
        measure(operations, gather_all(n));
    else if (name == "batches")
        measure(operations * batch_size, task_batches::await_all(n));
    else if (name == "gathers")
        measure(operations * batch_size, gather_batches(n));
    else if (name == "dropped")
        measure(operations * batch_size, drop_batches(n));
    else if (name == "chain")
        measure(operations, check_chain(n));
    else if (name == "yield")
        measure(operations * m, yield_all(n, m));
    else if (name == "sleep")
        measure(operations, sleep_all(n, std::chrono::milliseconds(m)));
    else
        return 2;
    return 0;
}

using words = std::vector<std::string>;

class programs {
public:
    explicit programs(const bench::benchmark& suite) : suite_(suite) {}

    [[nodiscard]] bench::command troika(words what) const {
        return with({bench::self(), "work"}, std::move(what));
    }
    [[nodiscard]] bench::command reference(words what) const {
        return with({"peer_reference_tasks"}, std::move(what));
    }
    [[nodiscard]] bench::command asio(words what) const {
        return with({"peer_tasks_asio"}, std::move(what));
    }

private:
    [[nodiscard]] bench::command with(words program, words what) const {
        program.insert(program.end(), what.begin(), what.end());
        bench::command result = suite_.measured(std::move(program));
        result.core = bench::driver_core();
        return result;
    }
    const bench::benchmark& suite_;
};

constexpr const char* reference_name = "bare coroutine";

void hold(bench::benchmark& suite, const programs& run, bool huge_pages) {
    const std::string size = std::to_string(suite.size(1'000'000, 1000));
    bench::table result(std::string("spawn and gather 1,000,000 tasks, all held at once, ") +
                            (huge_pages ? "huge pages as the machine gives them" : "no huge pages"),
                        {{"cpu_ns", "CPU ns/task"}, {"ns", "ns/task"}, {"rss_mib", "peak MiB"}});
    // Once unmeasured, and then at once again: the host of a virtual machine takes back the large
    // pieces of memory that nobody uses, and gives them anew at a price that is not ours.
    const auto conditions = [&](bench::command what) -> bench::table::measurement {
        what.huge_pages = huge_pages;
        return [what = std::move(what)] {
            bench::run(what);
            return bench::run(what);
        };
    };
    result.reference(reference_name, conditions(run.reference({"held", size})))
        .row("troika, create_task", conditions(run.troika({"held", size})))
        .row("troika, gather", conditions(run.troika({"gather", size})))
        .row("Asio co_spawn", conditions(run.asio({"held", size})));
    const double limit = huge_pages ? 1.5 : 1.8;
    result.goal_ratio("troika, create_task", limit).goal_ratio("troika, gather", limit);
    suite.run(std::move(result));
}

void batches(bench::benchmark& suite, const programs& run) {
    const std::string count = std::to_string(suite.size(3000, 2));
    bench::table result("spawn and gather batches of 1,000 tasks, memory warm",
                        {{"cpu_ns", "CPU ns/task"}, {"ns", "ns/task"}});
    result.reference(reference_name, run.reference({"batches", count}))
        .row("troika, every future awaited", run.troika({"batches", count}))
        .row("troika, gather", run.troika({"gathers", count}))
        .row("troika, futures dropped", run.troika({"dropped", count}))
        .row("Asio co_spawn", run.asio({"batches", count}))
        .goal_ratio("troika, every future awaited", 2.4);
    suite.run(std::move(result));
}

void simple(bench::benchmark& suite, const programs& run, std::string title, std::string unit,
            words what, double limit) {
    bench::table result(std::move(title), {{"cpu_ns", "CPU " + unit}, {"ns", unit}});
    result.reference(reference_name, run.reference(what))
        .row("troika", run.troika(what))
        .row("Asio", run.asio(what))
        .goal_ratio("troika", limit);
    suite.run(std::move(result));
}

/// Runs `whole` and, for what the program needs anyway, `one`, the same with a single task.
bench::table::measurement per_task(bench::command whole, bench::command one, int count) {
    return [whole = std::move(whole), one = std::move(one), count] {
        const double base = bench::run(one).at("rss_mib");
        bench::sample result = bench::run(whole);
        result["task_bytes"] = (result.at("rss_mib") - base) * 1024 * 1024 / count;
        return result;
    };
}

void sleepers(bench::benchmark& suite, const programs& run) {
    const int count = suite.size(1'000'000, 10'000);
    const words what{"sleep", std::to_string(count), suite.size("5000", "10")};
    const words one{"sleep", "1", "1"};
    bench::table result("1,000,000 tasks that sleep 5 s",
                        {{"user_s", "user CPU s"},
                         {"task_bytes", "bytes/task"},
                         {"sys_s", "system CPU s"},
                         {"wall_s", "wall s"}});
    result.reference(reference_name, per_task(run.reference(what), run.reference(one), count))
        .row("troika", per_task(run.troika(what), run.troika(one), count))
        .row("Asio steady_timer", per_task(run.asio(what), run.asio(one), count))
        .goal_value("troika", "task_bytes", 210)
        .goal_ratio("troika", 2)
        .rounds_at_most(3);
    suite.run(std::move(result));
}

}  // namespace

int main(int count, char** arguments) {
    if (count > 1 && std::string_view(arguments[1]) == "work")
        return work(count - 2, arguments + 2);

    bench::benchmark suite(
        count, arguments, "tasks: what does a task cost?",
        "a fresh process a sample, bound to one core; ratios are of processor time, which other "
        "programs on the machine disturb less than the clock; the bare coroutine has recycled "
        "frames, a FIFO of ready frames and a heap of timers, and nothing else");
    suite.note("backend", troika::explain_poller());
    const programs run(suite);
    const auto number = [&](int whole, int tiny) {
        return std::to_string(suite.size(whole, tiny));
    };
    hold(suite, run, true);
    hold(suite, run, false);
    batches(suite, run);
    simple(suite, run, "await a child that is ready", "ns/await",
           {"chain", number(10'000'000, 100)},
           1.3);
    simple(suite, run, "yield, one task", "ns/yield", {"yield", "1", number(5'000'000, 100)}, 2.2);
    simple(suite, run, "yield, 10,000 tasks", "ns/yield", {"yield", "10000", number(300, 2)}, 2.2);
    sleepers(suite, run);
    return suite.finish();
}
