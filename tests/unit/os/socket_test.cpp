// SPDX-License-Identifier: MIT
#include "os/socket.hpp"

#include "os/fd.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>

#include <fcntl.h>
#include <sys/socket.h>

namespace troika::os {

TEST(socket_address, numeric_hosts_are_parsed_and_written) {
    struct sample {
        const char* host;
        address_family family;
        const char* text;
    };
    for (const sample& s : {sample{"127.0.0.1", address_family::inet4, "127.0.0.1:80"},
                            sample{"0.0.0.0", address_family::inet4, "0.0.0.0:80"},
                            sample{"::1", address_family::inet6, "[::1]:80"},
                            sample{"[::1]", address_family::inet6, "[::1]:80"},
                            sample{"2001:DB8:0:0:0:0:0:1", address_family::inet6,
                                   "[2001:db8::1]:80"},
                            sample{"::ffff:1.2.3.4", address_family::inet6, "[::ffff:1.2.3.4]:80"},
                            sample{"fe80::1%lo", address_family::inet6, "[fe80::1%lo]:80"},
                            sample{"fe80::1%1", address_family::inet6, "[fe80::1%lo]:80"}}) {
        const auto address = parse_address(s.host, 80);
        ASSERT_TRUE(address) << s.host;
        EXPECT_EQ(family_of(*address), s.family);
        EXPECT_EQ(format_address(*address), s.text);
        EXPECT_EQ(port_of(*address), 80);
    }
}

TEST(socket_address, what_is_not_numeric_is_refused) {
    for (const std::string_view host :
         {std::string_view(""), std::string_view("localhost"), std::string_view("1.2.3"),
          std::string_view("1.2.3.4.5"), std::string_view("256.1.1.1"),
          std::string_view("[1.2.3.4]"),
          std::string_view(":::"), std::string_view("[::1"), std::string_view("::1%"),
          std::string_view("::1%no-such-interface-here"), std::string_view("1.2.3.4\0x", 9),
          std::string_view("1.2.3.4%lo")})
        EXPECT_FALSE(parse_address(host, 80)) << host;
    EXPECT_FALSE(parse_address(std::string(1000, '1'), 80));
}

TEST(socket_address, ports_can_be_changed) {
    auto address = *parse_address("::1", 1);
    set_port(address, 65535);
    EXPECT_EQ(format_address(address), "[::1]:65535");
    EXPECT_FALSE(same_address(address, *parse_address("::1", 1)));
    EXPECT_TRUE(same_address(address, *parse_address("::1", 65535)));
    auto local = *local_address_of("/x");
    set_port(local, 5);
    EXPECT_EQ(port_of(local), 0);
}

TEST(socket_address, unix_paths) {
    EXPECT_EQ(format_address(*local_address_of("/run/x")), "unix:/run/x");
    EXPECT_EQ(format_host(*local_address_of("/run/x")), "/run/x");
    EXPECT_EQ(format_address(*local_address_of(std::string_view("\0name", 5))), "unix:@name");
    EXPECT_EQ(family_of(*local_address_of("/x")), address_family::local);
    EXPECT_TRUE(local_address_of(std::string(107, 'x')));
    EXPECT_FALSE(local_address_of(std::string(108, 'x')));
    EXPECT_FALSE(local_address_of(""));
    EXPECT_FALSE(local_address_of(std::string_view("/a\0b", 4)));
}

TEST(socket_address, nothing_is_unknown) {
    EXPECT_FALSE(family_of(socket_address{}));
    EXPECT_EQ(format_address(socket_address{}), "unknown");
}

TEST(socket, streams_are_made_connected_and_ended) {
    const fd listener(listen_stream(*parse_address("127.0.0.1", 0), {}, true));
    ASSERT_TRUE(listener);
    EXPECT_NE(::fcntl(listener.get(), F_GETFL) & O_NONBLOCK, 0);
    EXPECT_EQ(::fcntl(listener.get(), F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    EXPECT_EQ(accept_stream(listener.get(), true), -EAGAIN);
    socket_address address;
    ASSERT_EQ(local_address(listener.get(), address), 0);

    const fd client(open_stream_socket(address_family::inet4, false));
    ASSERT_EQ(connect_stream(client.get(), address), 0);
    const fd server(accept_stream(listener.get(), true));
    ASSERT_TRUE(server);
    EXPECT_EQ(::fcntl(server.get(), F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    EXPECT_EQ(set_no_delay(server.get(), true), 0);
    EXPECT_EQ(take_error(server.get()), 0);
    socket_address remote;
    ASSERT_EQ(remote_address(client.get(), remote), 0);
    EXPECT_TRUE(same_address(remote, address));

    std::array<char, 8> buffer{};
    EXPECT_EQ(receive(client.get(), buffer.data(), 8), -EAGAIN);   // though it is a blocking socket
    EXPECT_EQ(send(server.get(), "abc", 3), 3);
    EXPECT_EQ(shut_down(server.get(), shutdown_how::write), 0);
    EXPECT_EQ(is_ready(client.get(), false), 1);
    EXPECT_EQ(receive(client.get(), buffer.data(), 8), 3);
    EXPECT_EQ(send(server.get(), "x", 1), -EPIPE);
}

TEST(socket, one_family_per_listener) {
    // So that [::] and 0.0.0.0 can be listened on side by side, whatever the sysctl says.
    const fd six(listen_stream(*parse_address("::", 0), {}, true));
    socket_address address;
    ASSERT_EQ(local_address(six.get(), address), 0);
    const fd four(listen_stream(*parse_address("0.0.0.0", port_of(address)), {}, true));
    EXPECT_TRUE(four) << "port " << port_of(address);
}

TEST(socket, failures_are_errnos_and_leak_nothing) {
    const fd probe_before(open_stream_socket(address_family::inet4, true));
    const int next = probe_before.get();
    EXPECT_EQ(listen_stream(socket_address{}, {}, true), -EAFNOSUPPORT);
    EXPECT_EQ(listen_stream(*parse_address("192.0.2.1", 0), {}, true), -EADDRNOTAVAIL);
    EXPECT_EQ(listen_stream(*local_address_of("/nowhere/at/all"), {}, true), -ENOENT);
    const fd probe_after(open_stream_socket(address_family::inet4, true));
    EXPECT_EQ(probe_after.get(), next + 1);
    socket_address address;
    EXPECT_EQ(local_address(-1, address), -EBADF);
    EXPECT_EQ(set_no_delay(-1, true), -EBADF);
    EXPECT_EQ(shut_down(next, shutdown_how::both), -ENOTCONN);
    EXPECT_EQ(accept_stream(next, true), -EINVAL);
}

TEST(socket, options_are_set) {
    int ends[2] = {-1, -1};
    ASSERT_EQ(open_stream_pair(ends, true), 0);
    const fd a(ends[0]);
    const fd b(ends[1]);
    EXPECT_EQ(set_no_delay(a.get(), true), 0);   // nothing, and no error
    EXPECT_EQ(set_receive_buffer(a.get(), 65536), 0);
    EXPECT_EQ(set_send_buffer(a.get(), 65536), 0);
    int size = 0;
    socklen_t length = sizeof size;
    ASSERT_EQ(::getsockopt(a.get(), SOL_SOCKET, SO_SNDBUF, &size, &length), 0);
    EXPECT_EQ(size, 2 * 65536);
}

}  // namespace troika::os
