// SPDX-License-Identifier: MIT
#include "poller_fixture.hpp"

#include "os/environment.hpp"

#include <cerrno>

// What every poller does with sockets of its own.

namespace troika::testing_pollers {

class poller_socket_test : public poller_fixture {};

INSTANTIATE_TEST_SUITE_P(all, poller_socket_test, ::testing::Values("uring", "epoll", "sim"),
                         name_of);

// ---- sockets

TEST_P(poller_socket_test, bytes_arrive_whole_and_in_order) {
    const auto [a, b] = pair();
    std::string sent;
    for (int i = 0; sent.size() < 1'000'000; ++i) sent += std::to_string(i) + ",";
    std::string_view left = sent;
    probe sender(send_of(a, left));
    sender.then = [&, socket = a](std::int32_t n) {
        ASSERT_GT(n, 0);
        left.remove_prefix(static_cast<std::size_t>(n));
        if (left.empty()) {
            EXPECT_EQ(door->shutdown(socket, shutdown_how::write), 0);
            return;
        }
        sender.request = send_of(socket, left);
        door->submit(sender);
    };
    door->submit(sender);
    EXPECT_EQ(receive_all(b), sent);
    EXPECT_TRUE(left.empty());
}

TEST_P(poller_socket_test, a_receive_waits_for_bytes) {
    const auto [a, b] = pair();
    std::array<char, 8> buffer{};
    probe reader(recv_of(a, buffer));
    door->submit(reader);
    settle();
    EXPECT_FALSE(reader.done());
    EXPECT_EQ(run(send_of(b, "hey")), 3);
    std::string got;
    while (got.size() < 3) {
        ASSERT_TRUE(wait_for(reader));
        got.append(buffer.data(), static_cast<std::size_t>(*reader.result));
        reader.result.reset();
        if (got.size() < 3) door->submit(reader);
    }
    EXPECT_EQ(got, "hey");
}

TEST_P(poller_socket_test, an_expected_wait_neither_loses_nor_invents_bytes) {
    const auto [a, b] = connection();
    std::array<char, 1> buffer{};
    for (int i = 0; i < 50; ++i) {
        const std::string byte(1, static_cast<char>('a' + i % 26));
        // Half of the time the guess is wrong: the byte is there already.
        if (i % 2 == 0) {
            EXPECT_EQ(run(send_of(a, byte)), 1);
        }
        probe reader(recv_of(b, buffer));
        reader.request.expect_to_wait = true;
        door->submit(reader);
        if (i % 2 == 1) {
            settle();
            EXPECT_FALSE(reader.done());
            EXPECT_EQ(run(send_of(a, byte)), 1);
        }
        ASSERT_TRUE(wait_for(reader));
        EXPECT_EQ(reader.result, 1);
        EXPECT_EQ(buffer[0], byte[0]);
    }
}

TEST_P(poller_socket_test, a_short_receive_is_followed_by_the_next_bytes) {
    const auto [a, b] = connection();
    std::array<char, 100> buffer{};
    for (int i = 0; i < 100; ++i) {
        probe reader(recv_of(b, buffer));
        door->submit(reader);
        const std::int32_t sent = run(send_of(a, "0123456789"));
        ASSERT_GT(sent, 0);
        std::int32_t got = 0;
        while (got < sent) {
            ASSERT_TRUE(wait_for(reader));
            got += *reader.result;
            reader.result.reset();
            if (got < sent) door->submit(reader);
        }
        EXPECT_EQ(got, sent);
    }
}

TEST_P(poller_socket_test, the_end_of_a_stream_comes_after_its_bytes_and_stays) {
    for (const auto& ends : {pair(), connection()}) {
        const auto [a, b] = ends;
        EXPECT_GT(run(send_of(a, "last words")), 0);
        close_now(a);
        EXPECT_FALSE(receive_all(b).empty());
        std::array<char, 8> buffer{};
        EXPECT_EQ(run(recv_of(b, buffer)), 0);
        EXPECT_EQ(run(recv_of(b, buffer)), 0);
    }
}

TEST_P(poller_socket_test, the_end_comes_to_a_receive_that_waits) {
    for (const auto& ends : {pair(), connection()}) {
        const auto [a, b] = ends;
        std::array<char, 8> buffer{};
        probe reader(recv_of(b, buffer));
        door->submit(reader);
        settle();
        EXPECT_FALSE(reader.done());
        close_now(a);
        ASSERT_TRUE(wait_for(reader));
        EXPECT_EQ(reader.result, 0);
    }
}

TEST_P(poller_socket_test, half_closed_means_that_the_other_half_works) {
    const auto [a, b] = connection();
    EXPECT_EQ(run(send_of(a, "?")), 1);
    EXPECT_EQ(door->shutdown(a, shutdown_how::write), 0);
    EXPECT_EQ(receive_all(b), "?");
    EXPECT_EQ(run(send_of(b, "!")), 1);
    std::array<char, 8> buffer{};
    EXPECT_EQ(run(recv_of(a, buffer)), 1);
    EXPECT_EQ(run(send_of(a, "x")), -EPIPE);
}

TEST_P(poller_socket_test, sending_to_a_closed_peer_is_an_error_and_no_signal) {
    const auto [a, b] = pair();
    close_now(b);
    EXPECT_EQ(run(send_of(a, "x")), -EPIPE);
}

TEST_P(poller_socket_test, a_send_waits_while_the_peer_does_not_read) {
    for (const auto& ends : {pair(), connection()}) {
        const auto [a, b] = ends;
        const std::string block(1 << 16, 'x');
        std::size_t sent = 0;
        probe sender(send_of(a, block));
        sender.then = [&](std::int32_t n) {
            ASSERT_GT(n, 0);
            sent += static_cast<std::size_t>(n);
            door->submit(sender);
        };
        door->submit(sender);
        for (std::size_t before = 1; before != sent; settle()) before = sent;
        EXPECT_EQ(door->in_flight(), 1u);

        // It goes on when there is room again. Nothing is lost by the cancel at the end.
        const std::size_t stalled = sent;
        std::size_t received = 0;
        std::vector<char> buffer(1 << 16);
        while (received < stalled + block.size()) {
            const std::int32_t n = run(recv_of(b, buffer));
            ASSERT_GT(n, 0);
            received += static_cast<std::size_t>(n);
        }
        EXPECT_GT(sent, stalled);
        sender.then = [&](std::int32_t n) { if (n > 0) sent += static_cast<std::size_t>(n); };
        door->cancel(sender);
        EXPECT_TRUE(wait_until([&] { return door->in_flight() == 0; }));
        EXPECT_EQ(door->shutdown(a, shutdown_how::write), 0);
        EXPECT_EQ(received + receive_all(b).size(), sent);
    }
}

TEST_P(poller_socket_test, both_directions_of_a_socket_wait_at_once) {
    const auto [a, b] = pair();
    const std::string block(1 << 20, 'x');
    while (true) {   // fill it
        probe sender(send_of(a, block));
        door->submit(sender);
        settle();
        if (sender.done()) continue;
        std::array<char, 8> buffer{};
        probe reader(recv_of(a, buffer));
        door->submit(reader);
        settle();
        EXPECT_FALSE(reader.done());
        EXPECT_EQ(run(send_of(b, "go")) > 0, true);
        ASSERT_TRUE(wait_for(reader));
        EXPECT_FALSE(sender.done());
        door->cancel(sender);
        ASSERT_TRUE(wait_for(sender));
        EXPECT_EQ(sender.result, -ECANCELED);
        break;
    }
}

TEST_P(poller_socket_test, several_receives_on_one_socket_each_get_their_share) {
    const auto [a, b] = connection();
    std::array<std::array<char, 1>, 4> buffers{};
    std::vector<std::unique_ptr<probe>> readers;
    std::string got;
    for (auto& buffer : buffers) {
        readers.push_back(std::make_unique<probe>(recv_of(b, buffer)));
        readers.back()->then = [&](std::int32_t n) { if (n > 0) got += buffer[0]; };
        door->submit(*readers.back());
    }
    settle();
    door->cancel(*readers[1]);
    ASSERT_TRUE(wait_for(*readers[1]));
    EXPECT_EQ(readers[1]->result, -ECANCELED);
    for (const char* letter : {"x", "y", "z"}) {
        EXPECT_EQ(run(send_of(a, letter)), 1);
        settle();
    }
    EXPECT_TRUE(wait_until([&] { return door->in_flight() == 0; }));
    EXPECT_EQ(got, "xyz");   // whoever got it
}

// ---- connecting

TEST_P(poller_socket_test, connects_and_accepts_and_knows_both_addresses) {
    const listener l = listen_somewhere();
    EXPECT_NE(os::port_of(l.address), 0);
    const int client = keep(door->open_socket(address_family::inet4));
    probe accepted(plain(io_op::accept, l.socket));
    door->submit(accepted);
    settle();
    EXPECT_FALSE(accepted.done());
    EXPECT_EQ(run(connect_of(client, l.address)), 0);
    ASSERT_TRUE(wait_for(accepted));
    const int server = keep(*accepted.result);

    socket_address local;
    socket_address remote;
    EXPECT_EQ(door->remote_address(client, remote), 0);
    EXPECT_TRUE(os::same_address(remote, l.address));
    EXPECT_EQ(door->local_address(client, local), 0);
    EXPECT_EQ(door->remote_address(server, remote), 0);
    EXPECT_TRUE(os::same_address(remote, local)) << os::format_address(remote);
    EXPECT_EQ(door->remote_address(l.socket, remote), -ENOTCONN);
    EXPECT_EQ(run(send_of(server, "x")), 1);
    EXPECT_EQ(door->shutdown(server, shutdown_how::both), 0);
    EXPECT_EQ(receive_all(client), "x");
}

TEST_P(poller_socket_test, connecting_where_nobody_listens_is_refused) {
    const listener l = listen_somewhere();
    close_now(l.socket);
    const int client = keep(door->open_socket(address_family::inet4));
    EXPECT_EQ(run(connect_of(client, l.address)), -ECONNREFUSED);
    EXPECT_EQ(door->set_no_delay(client, true), 0);
}

TEST_P(poller_socket_test, listening_twice_on_one_address_is_an_error) {
    const listener l = listen_somewhere();
    EXPECT_EQ(door->listen(l.address, {}), -EADDRINUSE);
}

TEST_P(poller_socket_test, a_connection_that_came_first_waits_for_its_accept) {
    const listener l = listen_somewhere();
    for (int i = 0; i < 3; ++i) {
        const int client = keep(door->open_socket(address_family::inet4));
        EXPECT_EQ(run(connect_of(client, l.address)), 0);
    }
    for (int i = 0; i < 3; ++i) keep(run(plain(io_op::accept, l.socket)));
    probe fourth(plain(io_op::accept, l.socket));
    door->submit(fourth);
    settle();
    EXPECT_FALSE(fourth.done());
    door->cancel(fourth);
    ASSERT_TRUE(wait_for(fourth));
    EXPECT_EQ(fourth.result, -ECANCELED);
}

TEST_P(poller_socket_test, a_cancelled_accept_loses_no_connection) {
    const listener l = listen_somewhere();
    const int client = keep(door->open_socket(address_family::inet4));
    probe accepted(plain(io_op::accept, l.socket));
    door->submit(accepted);
    settle();
    probe connecting(connect_of(client, l.address));
    connecting.then = [&](std::int32_t) { if (!accepted.done()) door->cancel(accepted); };
    door->submit(connecting);
    ASSERT_TRUE(wait_for(connecting));
    ASSERT_TRUE(wait_for(accepted));
    EXPECT_EQ(connecting.result, 0);
    // Delivered in spite of the cancel, or still there for the next.
    const int server = *accepted.result == -ECANCELED ? run(plain(io_op::accept, l.socket))
                                                       : *accepted.result;
    keep(server);
    EXPECT_EQ(run(send_of(client, "x")), 1);
    std::array<char, 8> buffer{};
    EXPECT_EQ(run(recv_of(server, buffer)), 1);
}

TEST_P(poller_socket_test, closing_a_listener_drops_those_who_wait) {
    const listener l = listen_somewhere();
    const int client = keep(door->open_socket(address_family::inet4));
    EXPECT_EQ(run(connect_of(client, l.address)), 0);
    close_now(l.socket);
    std::array<char, 8> buffer{};
    EXPECT_EQ(run(recv_of(client, buffer)), -ECONNRESET);
}

TEST_P(poller_socket_test, unix_sockets_work_as_well) {
    const std::string name = std::string(1, '\0') + "troika-test-" + std::string(GetParam()) +
                             "-" + std::to_string(os::process_id());
    const socket_address address = *os::local_address_of(name);
    const int l = keep(door->listen(address, {}));
    const int client = keep(door->open_socket(address_family::local));
    EXPECT_EQ(door->set_no_delay(client, true), 0);
    EXPECT_EQ(run(connect_of(client, address)), 0);
    const int server = keep(run(plain(io_op::accept, l)));
    EXPECT_EQ(run(send_of(client, "x")), 1);
    EXPECT_EQ(door->shutdown(client, shutdown_how::write), 0);
    EXPECT_EQ(receive_all(server), "x");
}

TEST_P(poller_socket_test, a_thousand_sockets_are_served) {
    constexpr std::size_t count = 1000;
    std::vector<std::array<int, 2>> pairs;
    std::vector<std::array<char, 16>> buffers(count);
    std::vector<std::unique_ptr<probe>> echoes;
    std::vector<std::unique_ptr<probe>> readers;
    std::vector<std::array<char, 16>> answers(count);
    for (std::size_t i = 0; i < count; ++i) {
        pairs.push_back(pair());
        echoes.push_back(std::make_unique<probe>(recv_of(pairs[i][1], buffers[i])));
        echoes[i]->then = [&, i](std::int32_t n) {
            if (echoes[i]->completions % 2 == 0) return;
            echoes[i]->request = send_of(
                pairs[i][1], std::string_view(buffers[i].data(), static_cast<std::size_t>(n)));
            door->submit(*echoes[i]);
        };
        door->submit(*echoes[i]);
        readers.push_back(std::make_unique<probe>(recv_of(pairs[i][0], answers[i])));
        door->submit(*readers[i]);
    }
    settle();
    std::vector<std::string> messages(count);
    std::vector<std::unique_ptr<probe>> senders;
    for (std::size_t i = 0; i < count; ++i) {
        messages[i] = std::string(1, static_cast<char>('a' + i % 26));
        senders.push_back(std::make_unique<probe>(send_of(pairs[i][0], messages[i])));
        door->submit(*senders[i]);
    }
    ASSERT_TRUE(wait_until([&] { return door->in_flight() == 0; }));
    for (std::size_t i = 0; i < count; ++i) {
        EXPECT_EQ(readers[i]->result, 1);
        EXPECT_EQ(answers[i][0], messages[i][0]);
    }
}

TEST_P(poller_socket_test, sockets_that_keep_each_other_busy_do_not_starve_others) {
    const auto [a, b] = pair();
    std::array<char, 64> buffer{};
    probe reader(recv_of(a, buffer));
    door->submit(reader);
    settle();
    std::vector<std::unique_ptr<probe>> busy;
    bool stop = false;
    for (int i = 0; i < 20; ++i) {
        busy.push_back(std::make_unique<probe>(plain(io_op::nop)));
        probe& one = *busy.back();
        one.then = [&](std::int32_t) { if (!stop) door->submit(one); };
        door->submit(one);
    }
    probe sender(send_of(b, "x"));
    door->submit(sender);
    for (int turns = 0; turns < 500 && !reader.done(); ++turns) door->wait(soon());
    EXPECT_TRUE(reader.done());
    stop = true;
    EXPECT_TRUE(wait_until([&] { return door->in_flight() == 0; }));
}

TEST_P(poller_socket_test, a_number_that_is_used_again_has_no_past) {
    for (int round = 0; round < 20; ++round) {
        const auto [a, b] = connection();
        std::array<char, 64> buffer{};
        probe reader(recv_of(b, buffer));
        door->submit(reader);
        settle();
        EXPECT_FALSE(reader.done());
        if (round % 2 == 0) {
            EXPECT_GT(run(send_of(a, "something")), 0);
        } else {
            door->cancel(reader);
        }
        ASSERT_TRUE(wait_for(reader));
        while (!sockets.empty()) close_now(sockets.back());
    }
}

}  // namespace troika::testing_pollers
