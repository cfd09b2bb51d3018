// SPDX-License-Identifier: MIT
// What does a server spend on a request that it only sends back?
#include "compare.hpp"

#include <troika/core/task.hpp>
#include <troika/loop/event_loop.hpp>
#include <troika/net/server.hpp>
#include <troika/net/stream.hpp>

#include <array>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

constexpr std::size_t buffer_size = 64 * 1024;

troika::task<void> echo(troika::net::stream peer) {
    const auto buffer = std::make_unique<std::array<std::byte, buffer_size>>();
    for (;;) {
        const std::size_t count = co_await peer.read_some(*buffer);
        if (count == 0) break;
        co_await peer.write_all(std::span(*buffer).first(count));
    }
}

troika::task<void> serve() {
    troika::net::server server = co_await troika::net::start_server({"127.0.0.1", 0}, echo);
    std::printf("port=%d\n", server.port());
    std::fflush(stdout);
    co_await server.wait_closed();
}

constexpr const char* reference_name = "epoll";

/// A server that runs as long as the benchmark: idle ones sleep.
struct contestant {
    std::string name;
    std::unique_ptr<bench::background> server;
    std::string port;
    std::string excuse;
};

contestant start(std::string name, const bench::command& what) {
    contestant result{std::move(name), nullptr, {}, {}};
    try {
        result.server = std::make_unique<bench::background>(what);
        result.port = std::to_string(result.server->wait_for("port"));
    } catch (const bench::left_out& error) {
        result.excuse = error.what();
    }
    return result;
}

bench::table::measurement load(const bench::benchmark& suite, const contestant& on, int size,
                               int connections) {
    if (on.server == nullptr)
        return [excuse = on.excuse]() -> bench::sample { throw bench::left_out(excuse); };
    return [what = suite.driver({"peer_loadgen", on.port, std::to_string(connections),
                                 std::to_string(size), suite.size("200", "20"),
                                 suite.size("600", "50"), std::to_string(on.server->pid())})] {
        return bench::run(what);
    };
}

}  // namespace

int main(int count, char** arguments) {
    if (count > 1 && std::string_view(arguments[1]) == "serve") {
        troika::event_loop loop;
        loop.run(serve());
        return 0;
    }

    bench::benchmark suite(
        count, arguments, "echo: what does a server spend on a request that it only sends back?",
        "each connection sends a message and waits for all of it; the servers on one core, the "
        "load, "
        "which never sleeps, on another; processor time of the server from its threads' schedstat; "
        "64 KiB buffers, TCP_NODELAY, loopback");
    suite.note("backend", troika::explain_poller());

    const auto ours = [&](const char* backend) {
        bench::command what = suite.measured({bench::self(), "serve"});
        what.environment.emplace_back("TROIKA_BACKEND", backend);
        return what;
    };
    std::vector<contestant> contestants;
    contestants.push_back(start(reference_name, suite.measured({"peer_echo_epoll"})));
    contestants.push_back(start("troika, uring", ours("uring")));
    contestants.push_back(start("troika, epoll", ours("epoll")));
    contestants.push_back(start("libuv", suite.measured({"peer_echo_uv"})));
    contestants.push_back(start("Asio, coroutines", suite.measured({"peer_echo_asio"})));
    contestants.push_back(
        start("Asio, callbacks", suite.measured({"peer_echo_asio", "callbacks"})));

    for (const int size : {64, 16 * 1024}) {
        for (const int connections : {1, 100, 1000}) {
            bench::table result(std::to_string(size) + " B, " + std::to_string(connections) +
                                    (connections == 1 ? " connection" : " connections"),
                                {{"cpu_ns", "server CPU us/request", 1e-3},
                                 {"rps", "requests/s"},
                                 {"p50_us", "median us"},
                                 {"p99_us", "p99 us"},
                                 {"load", "server load"}});
            for (const contestant& each : contestants) {
                if (each.name == reference_name)
                    result.reference(each.name, load(suite, each, size, connections));
                else
                    result.row(each.name, load(suite, each, size, connections));
            }
            for (const char* name : {"troika, uring", "troika, epoll"}) {
                result.goal_ratio(name, 1.06);
                for (const char* peer : {"libuv", "Asio, coroutines", "Asio, callbacks"})
                    result.goal_ratio(name, "cpu_ns", 1, peer);
            }
            suite.run(std::move(result));
        }
    }
    return suite.finish();
}
