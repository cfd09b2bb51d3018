// SPDX-License-Identifier: MIT
// Several loops in one program, each on a thread of its own with its own tasks: they share one
// port, and talk to each other.
#include <troika/troika.hpp>

#include <atomic>
#include <iostream>
#include <latch>
#include <string>
#include <thread>
#include <vector>

constexpr int loops = 3;
constexpr int visitors = 60;

struct whole {
    troika::promise<std::uint16_t> port;   // that the first server was given
    troika::event stop;                    // may be set, and awaited, anywhere
    std::latch serving{loops};
    std::atomic<int> greeted{0};
};

troika::task<void> serve(whole& all, std::uint16_t port) {
    auto greet = [&](troika::net::stream peer) -> troika::task<void> {
        ++all.greeted;
        co_await peer.write_all("hello\n");
    };
    // The kernel deals the connections out to all who listen so.
    auto server = co_await troika::net::start_server({"127.0.0.1", port}, greet,
                                                     {.reuse_port = true});
    if (port == 0) all.port.set_value(server.port());
    all.serving.count_down();
    co_await server.serve_until(all.stop.wait());
}

troika::task<bool> visit(std::uint16_t port) {
    auto peer = co_await troika::net::open_connection({"127.0.0.1", port});
    std::string line = co_await peer.read_until("\n");
    co_return line == "hello\n";
}

troika::task<int> visit_often(std::uint16_t port) {
    std::vector<troika::task<bool>> visits;
    for (int i = 0; i < visitors; ++i) visits.push_back(visit(port));
    int welcome = 0;
    for (bool each : co_await troika::gather(std::move(visits))) welcome += each;
    co_return welcome;
}

int main() {
    whole all;
    troika::future<std::uint16_t> port = all.port.get_future();
    std::vector<std::thread> threads;
    threads.emplace_back([&] { troika::run(serve(all, 0)); });
    const std::uint16_t shared = port.get();
    for (int i = 1; i < loops; ++i)
        threads.emplace_back([&] { troika::run(serve(all, shared)); });
    all.serving.wait();
    const int welcome = troika::run(visit_often(shared));
    std::cout << welcome << " visitors were welcome, " << all.greeted << " were greeted\n";
    all.stop.set();
    for (std::thread& each : threads) each.join();
    std::cout << "all loops have ended\n";
}
