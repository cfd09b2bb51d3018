// SPDX-License-Identifier: MIT
#include "os/socket.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstring>

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace troika::os {

static_assert(socket_address::size_max >= sizeof(sockaddr_un));

namespace {

template <class SockAddr>
socket_address wrap(const SockAddr& from, std::size_t size = sizeof(SockAddr)) noexcept {
    socket_address answer;
    std::memcpy(answer.bytes.data(), &from, size);
    answer.size = static_cast<std::uint32_t>(size);
    return answer;
}

template <class SockAddr>
SockAddr unwrap(const socket_address& from) noexcept {
    SockAddr answer{};
    std::memcpy(&answer, from.bytes.data(), std::min<std::size_t>(sizeof answer, from.size));
    return answer;
}

sa_family_t raw_family(const socket_address& address) noexcept {
    return address.size < sizeof(sa_family_t) ? sa_family_t{AF_UNSPEC}
                                              : unwrap<sockaddr>(address).sa_family;
}

int raw_family(address_family family) noexcept {
    switch (family) {
        case address_family::inet4: return AF_INET;
        case address_family::inet6: return AF_INET6;
        case address_family::local: return AF_UNIX;
    }
    return AF_UNSPEC;
}

const sockaddr* raw(const socket_address& address) noexcept {
    return reinterpret_cast<const sockaddr*>(address.bytes.data());
}

int stream_flags(bool nonblocking) noexcept {
    return SOCK_STREAM | SOCK_CLOEXEC | (nonblocking ? SOCK_NONBLOCK : 0);
}

int set_option(int socket, int level, int option, int value) noexcept {
    return ::setsockopt(socket, level, option, &value, sizeof value) < 0 ? -errno : 0;
}

// The path of a Unix address; the length matters, since abstract names may hold NULs.
std::string path_of(const socket_address& address) {
    const auto local = unwrap<sockaddr_un>(address);
    constexpr std::size_t before = offsetof(sockaddr_un, sun_path);
    if (address.size <= before) return {};
    const std::size_t size = address.size - before;
    if (local.sun_path[0] == '\0') return "@" + std::string(local.sun_path + 1, size - 1);
    return std::string(local.sun_path, ::strnlen(local.sun_path, size));
}

template <class Get>
int get_address(Get get, int socket, socket_address& into) noexcept {
    socklen_t size = socket_address::size_max;
    if (get(socket, reinterpret_cast<sockaddr*>(into.bytes.data()), &size) < 0) return -errno;
    into.size = std::min<std::uint32_t>(size, socket_address::size_max);
    return 0;
}

}  // namespace

// ---- addresses

std::optional<socket_address> parse_address(std::string_view host, std::uint16_t port) noexcept {
    if (host.size() >= 2 && host.front() == '[' && host.back() == ']') {
        host = host.substr(1, host.size() - 2);
        if (host.find(':') == host.npos) return std::nullopt;   // brackets are for IPv6
    }
    std::string_view zone;
    if (const std::size_t percent = host.find('%'); percent != host.npos) {
        zone = host.substr(percent + 1);
        host = host.substr(0, percent);
        if (zone.empty() || zone.size() >= IF_NAMESIZE) return std::nullopt;
    }
    char text[INET6_ADDRSTRLEN] = {};
    if (host.size() >= sizeof text || host.find('\0') != host.npos) return std::nullopt;
    std::copy(host.begin(), host.end(), text);

    sockaddr_in v4{};
    if (zone.empty() && ::inet_pton(AF_INET, text, &v4.sin_addr) == 1) {
        v4.sin_family = AF_INET;
        v4.sin_port = htons(port);
        return wrap(v4);
    }
    sockaddr_in6 v6{};
    if (::inet_pton(AF_INET6, text, &v6.sin6_addr) == 1) {
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(port);
        if (!zone.empty()) {
            const char* end = zone.data() + zone.size();
            const auto number = std::from_chars(zone.data(), end, v6.sin6_scope_id);
            if (number.ec != std::errc{} || number.ptr != end) {
                char name[IF_NAMESIZE] = {};
                std::copy(zone.begin(), zone.end(), name);
                v6.sin6_scope_id = ::if_nametoindex(name);
                if (v6.sin6_scope_id == 0) return std::nullopt;
            }
        }
        return wrap(v6);
    }
    return std::nullopt;
}

std::optional<socket_address> local_address_of(std::string_view path) noexcept {
    sockaddr_un local{};
    if (path.empty() || path.size() >= sizeof local.sun_path) return std::nullopt;
    const bool abstract = path.front() == '\0';
    if (!abstract && path.find('\0') != path.npos) return std::nullopt;
    local.sun_family = AF_UNIX;
    std::copy(path.begin(), path.end(), local.sun_path);
    // A NUL ends a path, but would be part of an abstract name.
    return wrap(local, offsetof(sockaddr_un, sun_path) + path.size() + (abstract ? 0 : 1));
}

std::string format_host(const socket_address& address) {
    char text[INET6_ADDRSTRLEN + 1 + IF_NAMESIZE];
    switch (raw_family(address)) {
        case AF_INET: {
            const auto v4 = unwrap<sockaddr_in>(address);
            ::inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
            return text;
        }
        case AF_INET6: {
            const auto v6 = unwrap<sockaddr_in6>(address);
            ::inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
            if (v6.sin6_scope_id == 0) return text;
            char name[IF_NAMESIZE];
            const char* zone = ::if_indextoname(v6.sin6_scope_id, name);
            return std::string(text) + "%" + (zone ? zone : std::to_string(v6.sin6_scope_id));
        }
        case AF_UNIX: return path_of(address);
        default: return "unknown";
    }
}

std::string format_address(const socket_address& address) {
    switch (raw_family(address)) {
        case AF_INET: return format_host(address) + ":" + std::to_string(port_of(address));
        case AF_INET6:
            return "[" + format_host(address) + "]:" + std::to_string(port_of(address));
        case AF_UNIX: return "unix:" + path_of(address);
        default: return "unknown";
    }
}

std::optional<address_family> family_of(const socket_address& address) noexcept {
    switch (raw_family(address)) {
        case AF_INET: return address_family::inet4;
        case AF_INET6: return address_family::inet6;
        case AF_UNIX: return address_family::local;
        default: return std::nullopt;
    }
}

std::uint16_t port_of(const socket_address& address) noexcept {
    switch (raw_family(address)) {
        case AF_INET: return ntohs(unwrap<sockaddr_in>(address).sin_port);
        case AF_INET6: return ntohs(unwrap<sockaddr_in6>(address).sin6_port);
        default: return 0;
    }
}

void set_port(socket_address& address, std::uint16_t port) noexcept {
    if (raw_family(address) == AF_INET) {
        auto v4 = unwrap<sockaddr_in>(address);
        v4.sin_port = htons(port);
        address = wrap(v4);
    } else if (raw_family(address) == AF_INET6) {
        auto v6 = unwrap<sockaddr_in6>(address);
        v6.sin6_port = htons(port);
        address = wrap(v6);
    }
}

bool same_address(const socket_address& a, const socket_address& b) noexcept {
    return a.size == b.size && std::memcmp(a.bytes.data(), b.bytes.data(), a.size) == 0;
}

// ---- calls

int open_stream_socket(address_family family, bool nonblocking) noexcept {
    const int socket = ::socket(raw_family(family), stream_flags(nonblocking), 0);
    return socket >= 0 ? socket : -errno;
}

int listen_stream(const socket_address& address, const listen_options& options,
                  bool nonblocking) noexcept {
    const std::optional<address_family> family = family_of(address);
    if (!family) return -EAFNOSUPPORT;
    const int socket = open_stream_socket(*family, nonblocking);
    if (socket < 0) return socket;
    int error = 0;
    if (*family != address_family::local) {
        error = set_option(socket, SOL_SOCKET, SO_REUSEADDR, 1);
        if (error == 0 && options.reuse_port)
            error = set_option(socket, SOL_SOCKET, SO_REUSEPORT, 1);
        // One socket, one family: whether [::] also takes IPv4 must not hang on a sysctl.
        if (error == 0 && *family == address_family::inet6)
            error = set_option(socket, IPPROTO_IPV6, IPV6_V6ONLY, 1);
    }
    if (error == 0 && ::bind(socket, raw(address), address.size) < 0) error = -errno;
    if (error == 0 && ::listen(socket, options.backlog) < 0) error = -errno;
    if (error == 0) return socket;
    ::close(socket);
    return error;
}

int open_stream_pair(int (&sockets)[2], bool nonblocking) noexcept {
    return ::socketpair(AF_UNIX, stream_flags(nonblocking), 0, sockets) < 0 ? -errno : 0;
}

int local_address(int socket, socket_address& into) noexcept {
    return get_address(::getsockname, socket, into);
}

int remote_address(int socket, socket_address& into) noexcept {
    return get_address(::getpeername, socket, into);
}

int shut_down(int socket, shutdown_how how) noexcept {
    const int raw_how = how == shutdown_how::read    ? SHUT_RD
                        : how == shutdown_how::write ? SHUT_WR
                                                     : SHUT_RDWR;
    return ::shutdown(socket, raw_how) < 0 ? -errno : 0;
}

int set_no_delay(int socket, bool on) noexcept {
    const int result = set_option(socket, IPPROTO_TCP, TCP_NODELAY, on ? 1 : 0);
    return result == -EOPNOTSUPP || result == -ENOPROTOOPT ? 0 : result;
}

int keep_alive(int socket, std::chrono::seconds idle) noexcept {
    const int seconds = static_cast<int>(idle.count());
    const int each = std::max(seconds / 4, 1);
    int error = set_option(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
    if (error == 0) error = set_option(socket, IPPROTO_TCP, TCP_KEEPIDLE, seconds);
    if (error == 0) error = set_option(socket, IPPROTO_TCP, TCP_KEEPINTVL, each);
    if (error == 0) error = set_option(socket, IPPROTO_TCP, TCP_KEEPCNT, 4);
    // The same for what was sent and is not acknowledged, in milliseconds.
    if (error == 0) error = set_option(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, 2000 * seconds);
    return error;
}

int set_reset_on_close(int socket) noexcept {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    return ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once) < 0 ? -errno : 0;
}

int set_receive_buffer(int socket, int bytes) noexcept {
    return set_option(socket, SOL_SOCKET, SO_RCVBUF, bytes);
}

int set_send_buffer(int socket, int bytes) noexcept {
    return set_option(socket, SOL_SOCKET, SO_SNDBUF, bytes);
}

int take_error(int socket) noexcept {
    int error = 0;
    socklen_t size = sizeof error;
    if (::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) < 0) return -errno;
    return -error;
}

int accept_stream(int listener, bool nonblocking) noexcept {
    const int flags = SOCK_CLOEXEC | (nonblocking ? SOCK_NONBLOCK : 0);
    for (;;) {
        const int socket = ::accept4(listener, nullptr, nullptr, flags);
        if (socket >= 0) return socket;
        if (errno != EINTR) return -errno;
    }
}

int connect_stream(int socket, const socket_address& address) noexcept {
    // Not tried again after EINTR: the attempt goes on, as after EINPROGRESS.
    if (::connect(socket, raw(address), address.size) == 0) return 0;
    return errno == EINTR ? -EINPROGRESS : -errno;
}

int connect_within(const socket_address& address, std::chrono::milliseconds timeout) noexcept {
    const std::optional<address_family> family = family_of(address);
    if (!family) return -EAFNOSUPPORT;
    const int socket = open_stream_socket(*family, true);
    if (socket < 0) return socket;
    int error = connect_stream(socket, address);
    if (error == -EINPROGRESS) {
        pollfd wanted{.fd = socket, .events = POLLOUT, .revents = 0};
        const int ready = ::poll(&wanted, 1, static_cast<int>(timeout.count()));
        error = ready == 1 ? take_error(socket) : -ETIMEDOUT;
    }
    if (error == 0) return socket;
    ::close(socket);
    return error;
}

bool wait_readable(int socket, std::chrono::milliseconds timeout) noexcept {
    pollfd wanted{.fd = socket, .events = POLLIN, .revents = 0};
    return ::poll(&wanted, 1, static_cast<int>(timeout.count())) == 1;
}

int receive(int socket, void* into, std::uint32_t size) noexcept {
    for (;;) {
        const ssize_t n = ::recv(socket, into, size, MSG_DONTWAIT);
        if (n >= 0) return static_cast<int>(n);
        if (errno != EINTR) return -errno;
    }
}

int send(int socket, const void* from, std::uint32_t size) noexcept {
    for (;;) {
        const ssize_t n = ::send(socket, from, size, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n >= 0) return static_cast<int>(n);
        if (errno != EINTR) return -errno;
    }
}

}  // namespace troika::os
