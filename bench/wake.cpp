// SPDX-License-Identifier: MIT
// What does it cost to have a loop call a function from another thread?
#include "compare.hpp"
#include "peers/wake_work.hpp"

#include <troika/core/future.hpp>
#include <troika/core/task.hpp>
#include <troika/loop/event_loop.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

class loop {
public:
    template <class Ready>
    static void run(Ready&& ready) {
        loop self;
        ready(self);
        self.loop_.run(wait(self.stopped_.get_future()));
    }
    template <class F>
    void post(F&& call) {
        loop_.post(std::forward<F>(call));
    }
    void stop() {
        loop_.post([this] { stopped_.set_value(); });
    }

private:
    static troika::task<void> wait(troika::future<void> stopped) {
        co_await std::move(stopped);
    }

    troika::event_loop loop_;
    troika::promise<void> stopped_;
};

}  // namespace

int main(int count, char** arguments) {
    if (count > 1 && std::string_view(arguments[1]) == "work")
        return wake_work::main<loop>(count - 1, arguments + 1);

    bench::benchmark suite(
        count, arguments,
        "wake: what does it cost to have a loop call a function from another "
        "thread?",
        "a fresh process a sample; the loop on one core, the thread that posts on "
        "another, where there are two");
    suite.note("backend", troika::explain_poller());
    const std::string loop_core = std::to_string(bench::measured_core());
    const std::string poster_core = std::to_string(bench::driver_core());
    const auto program = [&](std::vector<std::string> words, const char* work, int size) {
        words.insert(words.end(), {work, std::to_string(size), loop_core, poster_core});
        bench::command result = suite.measured(std::move(words));
        result.core = -1;   // it binds its threads itself
        return result;
    };
    const auto with_backend = [](bench::command what, const char* backend) {
        what.environment.emplace_back("TROIKA_BACKEND", backend);
        return what;
    };
    const auto add_rows = [&](bench::table& into, const char* work, int size) {
        into.reference("eventfd, epoll, locked vector",
                       program({"peer_reference_wake"}, work, size));
        const bench::command ours = program({bench::self(), "work"}, work, size);
        into.row("troika, uring", with_backend(ours, "uring"));
        into.row("troika, epoll", with_backend(ours, "epoll"));
        into.row("libuv uv_async, locked vector", program({"peer_wake_uv"}, work, size));
        into.row("Asio post", program({"peer_wake_asio"}, work, size));
    };

    bench::table latency("wake a loop that sleeps", {{"p50_ns", "median us", 1e-3},
                                                     {"p99_ns", "p99 us", 1e-3}});
    add_rows(latency, "latency", suite.size(20'000, 100));
    latency.goal_ratio("troika, uring", 1.05).goal_ratio("troika, epoll", 1.05);
    suite.run(std::move(latency));

    bench::table throughput("post as fast as possible, until all have been called",
                            {{"ns", "ns/post, and called"}, {"post_ns", "CPU ns/post"}});
    add_rows(throughput, "throughput", suite.size(2'000'000, 10'000));
    throughput.goal_value("troika, uring", "post_ns", 15);
    throughput.goal_value("troika, epoll", "post_ns", 15);
    suite.run(std::move(throughput));
    return suite.finish();
}
