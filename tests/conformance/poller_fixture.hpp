// SPDX-License-Identifier: MIT
#pragma once

#include <troika/loop/poller.hpp>

#include "loop/sim_poller.hpp"
#include "os/fd.hpp"
#include "os/socket.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troika::testing_pollers {

/// An operation that remembers its result, and may do something when it completes.
class probe final : public io_operation {
public:
    explicit probe(const io_request& wanted = {}) : io_operation(wanted) {}
    void complete(std::int32_t r) noexcept override {
        ++completions;
        result = r;
        if (then) then(r);
    }
    [[nodiscard]] bool done() const { return result.has_value(); }

    std::optional<std::int32_t> result;
    int completions = 0;
    std::function<void(std::int32_t)> then;
};

inline io_request plain(io_op op, int descriptor = -1) {
    io_request r;
    r.op = op;
    r.descriptor = descriptor;
    return r;
}
inline io_request recv_of(int descriptor, std::span<char> into) {
    io_request r = plain(io_op::recv, descriptor);
    r.size = static_cast<std::uint32_t>(into.size());
    r.buffer = into.data();
    return r;
}
inline io_request send_of(int descriptor, std::string_view from) {
    io_request r = plain(io_op::send, descriptor);
    r.size = static_cast<std::uint32_t>(from.size());
    r.source = from.data();
    return r;
}
inline io_request read_of(int descriptor, std::span<char> into,
                          std::uint64_t offset = io_request::current_offset) {
    io_request r = recv_of(descriptor, into);
    r.op = io_op::read;
    r.offset = offset;
    return r;
}
inline io_request write_of(int descriptor, std::string_view from,
                           std::uint64_t offset = io_request::current_offset) {
    io_request r = send_of(descriptor, from);
    r.op = io_op::write;
    r.offset = offset;
    return r;
}
inline io_request connect_of(int descriptor, const socket_address& address) {
    io_request r = plain(io_op::connect, descriptor);
    r.address = &address;
    return r;
}
inline io_request call_of(std::int32_t (*function)(void*) noexcept, void* argument) {
    io_request r = plain(io_op::call);
    r.function = function;
    r.argument = argument;
    return r;
}

/// Runs each test on the poller that the parameter names.
class poller_fixture : public ::testing::TestWithParam<std::string_view> {
public:
    using time_point = poller::time_point;

protected:
    poller_fixture() : door(make(GetParam())) {}
    ~poller_fixture() override {
        for (int socket : sockets) door->close(socket);
        EXPECT_EQ(door->in_flight(), 0u);
    }

    static std::unique_ptr<poller> make(std::string_view which) {
        if (which == "uring") return make_poller(poller_kind::uring);
        if (which == "epoll") return make_poller(poller_kind::epoll);
        return std::make_unique<sim_poller>(7);
    }

    [[nodiscard]] time_point soon() const { return door->now() + std::chrono::seconds(20); }
    static constexpr time_point past = time_point::min();

    /// Waits until `what` holds. Fails, instead of hanging, when it never does.
    template <class Condition>
    ::testing::AssertionResult wait_until(Condition what) {
        const time_point limit = soon();
        while (!what()) {
            if (door->now() >= limit) return ::testing::AssertionFailure() << "nothing came";
            door->wait(limit);
        }
        return ::testing::AssertionSuccess();
    }
    ::testing::AssertionResult wait_for(const probe& operation) {
        return wait_until([&] { return operation.done(); });
    }

    /// Submits and waits. Returns: the result; INT_MIN when none came.
    std::int32_t run(probe& operation) {
        operation.result.reset();
        door->submit(operation);
        return wait_for(operation) ? *operation.result : INT32_MIN;
    }
    std::int32_t run(const io_request& request) {
        probe operation(request);
        const std::int32_t result = run(operation);
        // Do not leave with the poller holding on to the stack.
        if (result == INT32_MIN && !operation.done()) std::abort();
        return result;
    }

    /// Looks some times without sleeping, so that whatever can complete does.
    void settle() {
        for (int i = 0; i < 50; ++i) door->wait(past);
    }

    int keep(int socket) {
        EXPECT_GE(socket, 0);
        sockets.push_back(socket);
        return socket;
    }
    void close_now(int socket) {
        std::erase(sockets, socket);
        door->close(socket);
    }
    std::array<int, 2> pair() {
        int ends[2] = {-1, -1};
        EXPECT_EQ(door->open_pair(ends), 0);
        return {keep(ends[0]), keep(ends[1])};
    }
    static socket_address loopback() { return *os::parse_address("127.0.0.1", 0); }

    struct listener {
        int socket;
        socket_address address;
    };
    listener listen_somewhere(listen_options options = {}) {
        listener l{keep(door->listen(loopback(), options)), {}};
        EXPECT_EQ(door->local_address(l.socket, l.address), 0);
        return l;
    }
    /// Two TCP sockets: the one that connected, the one that was accepted.
    std::array<int, 2> connection() {
        const listener l = listen_somewhere();
        const int client = keep(door->open_socket(address_family::inet4));
        probe accepted(plain(io_op::accept, l.socket));
        door->submit(accepted);
        EXPECT_EQ(run(connect_of(client, l.address)), 0);
        EXPECT_TRUE(wait_for(accepted));
        EXPECT_EQ(door->set_no_delay(client, true), 0);
        return {client, keep(*accepted.result)};
    }

    /// Everything that comes until the end of the stream.
    std::string receive_all(int socket) {
        std::string all;
        std::vector<char> buffer(65536);
        for (;;) {
            const std::int32_t n = run(recv_of(socket, buffer));
            if (n <= 0) return all;
            all.append(buffer.data(), static_cast<std::size_t>(n));
        }
    }

    std::unique_ptr<poller> door;
    std::vector<int> sockets;
};

inline std::string name_of(const ::testing::TestParamInfo<std::string_view>& info) {
    return std::string(info.param);
}

}  // namespace troika::testing_pollers
