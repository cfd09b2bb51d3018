// SPDX-License-Identifier: MIT
// A web server and clients of it in one program: requests at once, a streamed body, a deadline.
#include <troika/troika.hpp>

#include <chrono>
#include <iostream>
#include <span>
#include <string>

using namespace std::chrono_literals;

troika::task<void> answer(troika::http::server_request& request,
                          troika::http::responder& answer) {
    if (request.path() == "/hello") {
        co_await answer.send(200, "hello, " + std::string(request.query().value_or("you")));
    } else if (request.path() == "/count") {
        answer.begin(200);   // no length: in chunks
        for (int i = 1; i <= 1000; ++i) co_await answer.write(std::to_string(i) + "\n");
    } else if (request.path() == "/never") {
        co_await troika::sleep(1h);
    } else {
        co_await answer.send(404, "there is no " + std::string(request.path()));
    }
}

troika::task<void> greet(std::string base) {
    auto [a, b, missing] = co_await troika::gather(troika::http::get(base + "/hello?Alice"),
                                                   troika::http::get(base + "/hello?Bob"),
                                                   troika::http::get(base + "/nothing"));
    std::cout << a.body() << '\n' << b.body() << '\n';
    std::cout << missing.status() << ' ' << missing.body() << '\n';
}

troika::task<void> count_lines(std::string base) {
    auto exchange = co_await troika::http::default_client().open("GET", base + "/count");
    std::size_t lines = 0;
    for (;;) {
        auto piece = co_await exchange.read_chunk();   // bytes, where they were received
        if (piece.empty()) break;
        for (const std::byte each : piece) lines += each == std::byte{'\n'} ? 1 : 0;
    }
    std::cout << lines << " lines\n";
}

troika::task<void> lose_patience(std::string base) {
    auto late = co_await troika::move_on_after(100ms, troika::http::get(base + "/never"));
    std::cout << (late ? "it came" : "did not wait any longer") << '\n';
}

troika::task<void> async_main() {
    // Who still has not been answered 100 ms after the end was announced is not answered any more.
    auto server = co_await troika::http::serve({"127.0.0.1", 0}, answer, {.drain_timeout = 100ms});
    const std::string base = "http://" + server.local_address().to_string();
    co_await greet(base);
    co_await count_lines(base);
    co_await lose_patience(base);
    co_await server.drain();
    std::cout << "drained\n";
}

int main() { troika::run(async_main()); }
