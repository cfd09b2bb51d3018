// SPDX-License-Identifier: MIT
#pragma once

#include <troika/loop/event_loop.hpp>
#include <troika/net/connect.hpp>
#include <troika/net/memory_pair.hpp>
#include <troika/net/server.hpp>
#include <troika/sync/event.hpp>
#include <troika/tasks/gather.hpp>
#include <troika/tasks/yield_now.hpp>
#include <troika/tls/self_signed.hpp>
#include <troika/tls/start_tls.hpp>

#include "loop/sim_poller.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <unistd.h>

namespace troika::testing_streams {

/// Two ends of one connection.
struct connection {
    net::stream left;
    net::stream right;
};

/// Runs each test over what the parameter names: a carrier, `sim-` before it for the simulated
/// poller. Without, the backend is that of TROIKA_BACKEND.
class stream_fixture : public ::testing::TestWithParam<std::string_view> {
protected:
    stream_fixture() : loop(make_door()) {}

    static bool is_simulated() { return GetParam().starts_with("sim-"); }

    static std::unique_ptr<poller> make_door() {
        if (is_simulated()) return std::make_unique<sim_poller>(11);
        return make_poller();
    }

    /// Runs `test` with a fresh connection.
    void run(task<void> (*test)(connection)) { loop.run(with_connection(test)); }

    static task<void> with_connection(task<void> (*test)(connection)) {
        std::optional<connection> made = co_await connect();
        co_await test(std::move(*made));
    }

    static task<std::optional<connection>> connect() {
        std::string_view carrier = GetParam();
        if (is_simulated()) carrier.remove_prefix(4);
        std::optional<connection> made;
        const bool secure = carrier.starts_with("tls-");
        if (secure) carrier.remove_prefix(4);
        if (carrier == "memory") {
            auto [left, right] = net::memory_pair();
            made.emplace(std::move(left), std::move(right));
        } else if (carrier == "pair") {
            auto [left, right] = net::open_pair();
            made.emplace(std::move(left), std::move(right));
        } else if (carrier == "tcp") {
            made = co_await connect_at("127.0.0.1");
        } else if (carrier == "tcp6") {
            made = co_await connect_at("::1");
        } else {
            made = co_await connect_at(unused_name());
        }
        if (secure) co_await make_secure(*made);
        co_return made;
    }

private:
    // A key is made once for all tests.
    static const tls::identity& identity() {
        static const std::array<std::string, 1> hosts{"localhost"};
        static const tls::identity made = tls::self_signed(hosts);
        return made;
    }
    static task<void> make_secure(connection& c) {
        tls::client_options trust;
        trust.system_trust = false;
        trust.authorities = identity().certificate;
        tls::server_options shows;
        shows.certificate = identity().certificate;
        shows.key = identity().key;
        co_await gather(tls::start_tls(c.left, tls::client(trust), "localhost"),
                        tls::start_tls(c.right, tls::server(shows)));
    }

    static std::string unused_name() {
        static std::atomic<int> last{0};
        return "unix:@troika-test-" + std::to_string(::getpid()) + "-" + std::to_string(++last);
    }

    static task<std::optional<connection>> connect_at(std::string host) {
        std::optional<net::stream> accepted;
        event arrived;
        auto hand_out = [&](net::stream peer) -> task<void> {
            accepted.emplace(std::move(peer));
            arrived.set();
            co_return;
        };
        const net::endpoint at{host, 0};
        net::server listening = co_await net::start_server(at, hand_out);
        net::stream client = co_await net::open_connection(listening.local_address());
        co_await arrived.wait();
        listening.close();
        co_await listening.wait_closed();
        std::optional<connection> made;
        made.emplace(std::move(client), std::move(*accepted));
        co_return made;
    }

protected:
    event_loop loop;
};

inline std::string name_of_carrier(const ::testing::TestParamInfo<std::string_view>& info) {
    std::string name(info.param);
    for (char& c : name)
        if (c == '-') c = '_';
    return name;
}

/// `count` bytes that do not repeat soon, so that a lost or doubled one is seen.
inline std::string pattern(std::size_t count, std::uint32_t seed = 1) {
    std::string text(count, '\0');
    for (char& c : text) {
        seed = seed * 1664525u + 1013904223u;
        c = static_cast<char>(seed >> 24);
    }
    return text;
}

inline std::span<std::byte> bytes_of(std::string& text) {
    return std::as_writable_bytes(std::span(text.data(), text.size()));
}

/// Gives all other tasks, and the poller, the chance to get as far as they can.
inline task<void> let_others_run() {
    for (int turn = 0; turn < 300; ++turn) co_await yield_now();
}

}  // namespace troika::testing_streams
