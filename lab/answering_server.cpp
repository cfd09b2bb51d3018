// SPDX-License-Identifier: MIT
#include "lab/answering_server.hpp"

#include "os/clock.hpp"

#include <troika/loop/run.hpp>
#include <troika/net/server.hpp>
#include <troika/net/stream.hpp>
#include <troika/tasks/sleep.hpp>

#include <algorithm>
#include <span>
#include <system_error>
#include <utility>

namespace troika::lab {

namespace {

request_bytes bytes_of(std::int64_t number) noexcept {
    request_bytes bytes{};
    auto left = static_cast<std::uint64_t>(number);
    for (std::byte& each : bytes) {
        each = static_cast<std::byte>(left & 0xFF);
        left >>= 8;
    }
    return bytes;
}

std::int64_t number_of(std::span<const std::byte> bytes) noexcept {
    std::uint64_t number = 0;
    for (std::size_t i = bytes.size(); i-- > 0;)
        number = number << 8 | std::to_integer<std::uint64_t>(bytes[i]);
    return static_cast<std::int64_t>(number);
}

task<void> answer(net::stream peer) {
    request_bytes asked{};
    co_await peer.read_exactly(asked);
    const duration delay = std::clamp(duration(number_of(asked)), duration(0),
                                      answering_server::delay_max);
    co_await sleep(delay);
    const request_bytes said = bytes_of(
        std::chrono::duration_cast<std::chrono::nanoseconds>(os::steady_time().time_since_epoch())
            .count());
    co_await peer.write_all(std::span<const std::byte>(said));
}

void ignore(const std::exception_ptr&) {}   // clients that have gone

task<void> serve(std::uint16_t& port, event& listens, event& stop) {
    net::server_options options;
    options.drain_timeout = duration(0);
    options.on_error = net::error_listener(&ignore);
    const net::endpoint where{.host = "127.0.0.1", .port = 0};
    net::server server = co_await net::start_server(where, &answer, options);
    port = server.port();
    listens.set();
    co_await server.serve_until(stop.wait());
}

}  // namespace

request_bytes request_after(duration delay) noexcept { return bytes_of(delay.count()); }

time_point time_of_answer(std::string_view answer) noexcept {
    if (answer.size() != request_bytes{}.size()) return never;
    return time_point(duration(number_of(std::as_bytes(std::span(answer)))));
}

answering_server::answering_server() : listens_("the server"), stop_("the end of the server") {
    thread_.start_or_throw("a server for requests", "answers", &answering_server::main, this);
    listens_.wait().block();
    if (failure_) {
        thread_.join();
        std::rethrow_exception(failure_);
    }
}

answering_server::~answering_server() { stop_.set(); }

void answering_server::main(void* self) noexcept {
    auto& me = *static_cast<answering_server*>(self);
    try {
        run(serve(me.port_, me.listens_, me.stop_), {.handle_interrupt = false});
    } catch (...) {
        if (me.listens_.is_set()) return;   // its clients will notice
        me.failure_ = std::current_exception();
        me.listens_.set();
    }
}

}  // namespace troika::lab
