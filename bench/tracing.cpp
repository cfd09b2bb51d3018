// SPDX-License-Identifier: MIT
// What does recording cost? The same tasks unobserved, with an observer that does nothing, and
// recorded.
#include "compare.hpp"
#include "peers/task_work.hpp"
#include "task_batches.hpp"

#include <troika/core/future.hpp>
#include <troika/core/task.hpp>
#include <troika/core/trace.hpp>
#include <troika/inspect/trace_recorder.hpp>
#include <troika/loop/event_loop.hpp>
#include <troika/pool/thread_pool.hpp>
#include <troika/tasks/yield_now.hpp>

#include <cstddef>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using task_work::batch_size;
using troika::future;
using troika::task;

task<void> yields(int count) {
    for (int i = 0; i < count; ++i) co_await troika::yield_now();
}

class idle_observer final : public troika::trace_hooks {};

int work(int count, char** arguments) {
    const std::string_view name = count > 0 ? arguments[0] : "";
    const std::string_view observer = count > 1 ? arguments[1] : "";
    const int n = count > 2 ? std::atoi(arguments[2]) : 0;
    if (observer == "unlisted") ::setenv("TROIKA_INSPECT", "0", 1);
    idle_observer idle;
    troika::trace_recorder recorder;
    const auto observe = [&](troika::scheduler& which) {
        if (observer == "idle") which.set_hooks(&idle);
        if (observer == "recorder") recorder.record(which);
    };
    if (name == "jobs") {
        troika::thread_pool threads{{.workers = 1}};
        observe(threads.home());
        task_work::measure(static_cast<double>(n) * batch_size, [&] {
            std::vector<future<int>> answers;
            for (int batch = 0; batch < n; ++batch) {
                for (int i = 0; i < batch_size; ++i)
                    answers.push_back(threads.submit([i] { return i; }));
                for (future<int>& answer : answers) static_cast<void>(answer.get());
                answers.clear();
            }
        });
        threads.shutdown();
        return 0;
    }
    troika::event_loop loop;
    observe(loop);
    const auto measure = [&](double of, task<void> once, task<void> whole) {
        loop.run(std::move(once));   // the first records take memory that nobody has touched
        task_work::measure(of, [&] { loop.run(std::move(whole)); });
    };
    if (name == "spawn")
        measure(static_cast<double>(n) * batch_size, task_batches::await_all(250),
                task_batches::await_all(n));
    else if (name == "yield")
        measure(n, yields(600'000), yields(n));
    else
        return 2;
    loop.set_hooks(nullptr);
    return 0;
}

bench::command sample(bench::benchmark& suite, const char* what, const char* observer,
                      int count) {
    bench::command command =
        suite.measured({bench::self(), "work", what, observer, std::to_string(count)});
    command.core = std::string_view(what) == "jobs" ? -1 : bench::driver_core();
    return command;
}

void compare(bench::benchmark& suite, std::string title, const std::string& unit, const char* what,
             int count) {
    bench::table result(std::move(title), {{"cpu_ns", "CPU " + unit}, {"ns", unit}});
    const auto with = [&](const char* observer) { return sample(suite, what, observer, count); };
    result.reference("nobody observes", with("nobody"))
        .row("an observer that does nothing", with("idle"))
        .row("trace_recorder", with("recorder"));
    suite.run(std::move(result));
}

/// What `troika ps`, `tree` and `top` need of a program, whether somebody looks or not.
void listed(bench::benchmark& suite) {
    const int count = suite.size(3000, 2);
    bench::table result("spawn and await batches of 1,000 tasks: seen by `troika tree`",
                        {{"cpu_ns", "CPU ns/task"}, {"ns", "ns/task"}});
    result.reference("TROIKA_INSPECT=0", sample(suite, "spawn", "unlisted", count))
        .row("as always", sample(suite, "spawn", "nobody", count))
        .goal_ratio("as always", 1.02);
    suite.run(std::move(result));
}

}  // namespace

int main(int count, char** arguments) {
    if (count > 1 && std::string_view(arguments[1]) == "work")
        return work(count - 2, arguments + 2);
    bench::benchmark suite(count, arguments,
                           "tracing: what does it cost to be seen, and to record?",
                           "a fresh process a sample; the rings are full, as after a while, so "
                           "that each record replaces an old one");
    listed(suite);
    compare(suite, "spawn and await batches of 1,000 tasks: 4 records each", "ns/task",
            "spawn", suite.size(3000, 2));
    compare(suite, "yield: 2 records each", "ns/yield", "yield", suite.size(5'000'000, 100));
    compare(suite, "submit batches of 1,000 jobs to a pool of one worker: 3 records each", "ns/job",
            "jobs", suite.size(1000, 2));
    return suite.finish();
}
