// SPDX-License-Identifier: MIT
// What does it cost to start a program and wait for its end?
#include "compare.hpp"
#include "peers/start_work.hpp"

#include <troika/core/task.hpp>
#include <troika/loop/event_loop.hpp>
#include <troika/subprocess/child.hpp>
#include <troika/subprocess/run.hpp>

#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

troika::task<bool> start_and_wait() {
    troika::subprocess::child running = co_await troika::subprocess::start({start_work::program});
    const troika::subprocess::exit_status status = co_await running.wait();
    co_return status.success();
}

troika::task<bool> run_whole() {
    const troika::subprocess::completed done =
        co_await troika::subprocess::run({start_work::program});
    co_return done.status.success();
}

// start|run N MEGABYTES
int work(std::string_view what, const char* count, const char* megabytes) {
    troika::event_loop loop;
    return start_work::measure(count, megabytes, [&] {
        return loop.run(what == "start" ? start_and_wait() : run_whole());
    });
}

}  // namespace

int main(int count, char** arguments) {
    if (count == 4 && std::string_view(arguments[1]).find('-') == std::string_view::npos)
        return work(arguments[1], arguments[2], arguments[3]);

    bench::benchmark suite(count, arguments,
                           "subprocess: what does it cost to start a program and wait for its end?",
                           "a fresh process a sample, bound to one core with all that it starts; "
                           "it has written to as much memory as the title says");
    suite.note("backend", troika::explain_poller());
    const auto add_table = [&](const char* megabytes, int starts) {
        const std::string size = std::to_string(suite.size(starts, 10));
        const auto program = [&](std::vector<std::string> words) {
            words.insert(words.end(), {size, megabytes});
            return suite.measured(std::move(words));
        };
        const auto with_backend = [](bench::command what, const char* backend) {
            what.environment.emplace_back("TROIKA_BACKEND", backend);
            return what;
        };
        bench::table starting("start `true` and wait, " + std::string(megabytes) + " MB resident",
                              {{"us", "us/program"}});
        starting.reference("vfork, execve, waitpid", program({"peer_reference_start", "vfork"}));
        const bench::command start = program({bench::self(), "start"});
        starting.row("troika start and wait, uring", with_backend(start, "uring"));
        starting.row("troika start and wait, epoll", with_backend(start, "epoll"));
        starting.row("troika run (two pipes), uring",
                     with_backend(program({bench::self(), "run"}), "uring"));
        starting.row("posix_spawn, waitpid", program({"peer_reference_start", "posix_spawn"}));
        starting.row("fork, execve, waitpid", program({"peer_reference_start", "fork"}));
        starting.row("Python subprocess.run",
                     program({"python3", "-c",
                              "import subprocess, sys, time\n"
                              "n = int(sys.argv[1]); b = bytearray(int(sys.argv[2]) << 20)\n"
                              "for i in range(0, len(b), 4096): b[i] = 1\n"
                              "t = time.perf_counter()\n"
                              "for i in range(n): subprocess.run(['/bin/true'], check=True)\n"
                              "print(f'us={(time.perf_counter() - t) / n * 1e6}')"}));
        starting.goal_ratio("troika start and wait, uring", 1.1);
        starting.goal_ratio("troika start and wait, epoll", 1.1);
        suite.run(std::move(starting));
    };
    add_table("100", 500);
    add_table("1000", 200);
    return suite.finish();
}
