// SPDX-License-Identifier: MIT
#include "mpi/lifeline.hpp"

#include "os/chance.hpp"
#include "os/error.hpp"
#include "os/host.hpp"
#include "os/socket.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <string>

namespace troika::impl {

namespace {

using namespace std::chrono_literals;

/// How long a silent peer is believed to live.
constexpr auto silence = 8s;
constexpr auto connect_patience = 2s;

/// What a worker says first.
struct introduction {
    std::array<std::byte, 16> token{};
    std::int32_t rank = 0;
};

void look_after(int socket) noexcept {
    static_cast<void>(os::set_no_delay(socket, true));
    static_cast<void>(os::keep_alive(socket, silence));
}

}  // namespace

lifeline_host::lifeline_host() {
    os::fill_with_chance(invitation_.token);
    const std::string name = os::host_name();
    std::copy_n(name.begin(), std::min(name.size(), invitation_.host.size() - 1),
                invitation_.host.begin());
    const std::vector<socket_address> own = os::own_addresses();
    // One family, and so one listener: the fourth version wherever it is there.
    for (const auto& [family, any] : {std::pair(address_family::inet4, "0.0.0.0"),
                                      std::pair(address_family::inet6, "::")}) {
        const auto address = os::parse_address(any, 0);
        const int socket = os::listen_stream(*address, {}, true);
        if (socket < 0) continue;
        listener_.reset(socket);
        socket_address here{};
        os::or_throw(os::local_address(socket, here), "tell the port of a socket");
        for (socket_address each : own) {
            if (os::family_of(each) != family || invitation_.count == invitation_.addresses.size())
                continue;
            os::set_port(each, os::port_of(here));
            invitation_.addresses[invitation_.count++] = each;
        }
        if (invitation_.count != 0) return;
    }
}

std::vector<os::fd> lifeline_host::admit(int size) {
    std::vector<os::fd> admitted(static_cast<std::size_t>(size));
    // They are in the listener's queue: nothing is waited for, but for what is still on its way.
    while (listener_ && os::wait_readable(listener_.get(), 100ms)) {
        os::fd peer(os::accept_stream(listener_.get(), true));
        if (!peer) break;
        introduction said;
        if (!os::wait_readable(peer.get(), 1s) ||
            os::receive(peer.get(), &said, sizeof said) != static_cast<int>(sizeof said) ||
            said.token != invitation_.token || said.rank < 1 || said.rank >= size)
            continue;
        look_after(peer.get());
        admitted[static_cast<std::size_t>(said.rank)] = std::move(peer);
        if (std::ranges::count_if(admitted, [](const os::fd& each) { return !each; }) == 1) break;
    }
    listener_.reset();
    return admitted;
}

os::fd join_lifeline(const lifeline_invitation& to, int rank) noexcept {
    const bool here = os::host_name() == to.host.data();
    for (std::uint32_t i = 0; i < std::min<std::size_t>(to.count, to.addresses.size()); ++i) {
        // The host's own processes begin with the last one, which is loopback.
        const socket_address& address = to.addresses[here ? to.count - 1 - i : i];
        os::fd socket(os::connect_within(address, connect_patience));
        if (!socket) continue;
        look_after(socket.get());
        const introduction mine{to.token, rank};
        if (os::send(socket.get(), &mine, sizeof mine) == static_cast<int>(sizeof mine))
            return socket;
    }
    return {};
}

void ring(const os::fd& lifeline) noexcept {
    const char one = 1;
    if (lifeline) static_cast<void>(os::send(lifeline.get(), &one, 1));
}

bool hear(const os::fd& lifeline) noexcept {
    std::array<char, 256> heard;
    for (;;) {
        const int size = os::receive(lifeline.get(), heard.data(), heard.size());
        if (size == -EAGAIN) return true;
        if (size <= 0) return false;
    }
}

}  // namespace troika::impl
