// SPDX-License-Identifier: MIT
// A server that sends back what it hears, a client that talks to it, and an orderly end.
#include <troika/troika.hpp>

#include <array>
#include <csignal>
#include <iostream>
#include <span>
#include <string>

troika::task<void> echo(troika::net::stream peer) {
    std::array<std::byte, 4096> buffer;
    while (std::size_t n = co_await peer.read_some(buffer))
        co_await peer.write_all(std::span{buffer}.first(n));
}

troika::task<void> talk(std::uint16_t port) {
    auto stream = co_await troika::net::open_connection({"127.0.0.1", port});
    for (const std::string text : {"hello", "how are you?", "goodbye"}) {
        co_await stream.write_all(text + "\r\n");
        std::string line = co_await stream.read_until("\r\n");
        std::cout << "echo: " << line.substr(0, line.size() - 2) << '\n';
    }
    co_await stream.close_write();
    auto rest = co_await stream.read_line();
    std::cout << (rest ? "more came" : "the end") << '\n';
}

troika::task<void> talk_and_stop(std::uint16_t port) {
    co_await talk(port);
    std::raise(SIGTERM);   // as an operator would, from outside
}

troika::task<void> async_main() {
    auto server = co_await troika::net::start_server({"127.0.0.1", 0}, echo,
                                                     {.connections_max = 10'000});
    co_await troika::with_task_group([&](troika::task_group& group) -> troika::task<void> {
        group.create_task(talk_and_stop(server.port()));
        int signal =
            co_await server.serve_until(troika::signals({SIGINT, SIGTERM}));   // then drains
        std::cout << "stopped by " << (signal == SIGTERM ? "SIGTERM" : "SIGINT") << '\n';
    });
}

int main() { troika::run(async_main()); }
