// SPDX-License-Identifier: MIT
#include "loop/sim_poller.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

namespace troika {

struct noting final : io_operation {
    noting(std::string& log, char name) : io_operation({}), log_(log), name_(name) {}
    void complete(std::int32_t result) noexcept override {
        log_ += name_;
        log_ += std::to_string(result);
    }
    std::string& log_;
    char name_;
};

// One conversation over two connections; the log tells what came when and how much.
static std::string conversation(std::uint64_t seed) {
    sim_poller sim(seed);
    std::string log;
    std::array<char, 100> from{};
    std::array<char, 100> into{};
    int ends[2][2];
    std::vector<std::unique_ptr<noting>> operations;
    for (auto& pair : ends) {
        if (sim.open_pair(pair) != 0) return "no pair";
        for (int i = 0; i < 10; ++i) {
            for (const io_op op : {io_op::send, io_op::recv}) {
                const bool sends = op == io_op::send;
                operations.push_back(std::make_unique<noting>(log, sends ? 's' : 'r'));
                io_request& request = operations.back()->request;
                request.op = op;
                request.descriptor = pair[sends ? 0 : 1];
                request.buffer = sends ? from.data() : into.data();
                request.size = 100;
                sim.submit(*operations.back());
            }
        }
    }
    for (int i = 0; i < 1000 && !sim.stuck(); ++i) sim.wait(sim_poller::time_point::max());
    for (const auto& operation : operations)
        if (operation->links.state != 0) sim.cancel(*operation);
    while (sim.in_flight() > 0) sim.wait(sim_poller::time_point::max());
    for (auto& pair : ends)
        for (const int end : pair) sim.close(end);
    return log;
}

TEST(sim_poller, the_seed_decides) {
    const std::string first = conversation(1);
    EXPECT_GT(first.size(), 100u);
    EXPECT_EQ(first, conversation(1));
    EXPECT_NE(first, conversation(2));
}

TEST(sim_poller, meets_short_and_full_counts) {
    bool has_full = false;
    bool has_short = false;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        const std::string log = conversation(seed);
        has_full |= log.find("s100") != log.npos;
        has_short |= log.find("s1s") != log.npos || log.find("s7") != log.npos;
    }
    EXPECT_TRUE(has_full);
    EXPECT_TRUE(has_short);
}

TEST(sim_poller, time_jumps_to_the_deadline_when_nothing_can_happen) {
    sim_poller sim(1);
    const auto start = sim.now();
    EXPECT_EQ(sim.wait(start + std::chrono::hours(1000)), 0u);
    EXPECT_EQ(sim.now(), start + std::chrono::hours(1000));
    EXPECT_FALSE(sim.stuck());
    EXPECT_EQ(sim.wait(start), 0u);   // never backwards
    EXPECT_EQ(sim.now(), start + std::chrono::hours(1000));

    std::string log;
    noting nothing(log, 'n');
    sim.submit(nothing);
    EXPECT_EQ(sim.wait(sim.now() + std::chrono::hours(1)), 1u);
    EXPECT_EQ(sim.now(), start + std::chrono::hours(1000));   // it happened at once
}

TEST(sim_poller, says_when_it_is_stuck) {
    sim_poller sim(1);
    EXPECT_EQ(sim.wait(sim_poller::time_point::max()), 0u);
    EXPECT_TRUE(sim.stuck());
    sim.wake();
    EXPECT_EQ(sim.wait(sim_poller::time_point::max()), 0u);
    EXPECT_FALSE(sim.stuck());
}

TEST(sim_poller, a_connect_waits_for_room_in_the_backlog) {
    sim_poller sim(1);
    const auto forever = sim_poller::time_point::max();
    const int first = sim.open_socket(address_family::inet4);
    const int second = sim.open_socket(address_family::inet4);
    socket_address address;
    int pair[2];
    ASSERT_EQ(sim.open_pair(pair), 0);
    ASSERT_EQ(sim.local_address(pair[0], address), 0);

    // An address of our own making: the sim gives one to a listener that asks for any port.
    std::string log;
    noting one(log, 'a');
    noting two(log, 'b');
    noting accept(log, 'c');
    const int listener = [&] {
        socket_address any;
        any.bytes[0] = std::byte{2};   // AF_INET, 0.0.0.0:0
        any.size = 16;
        return sim.listen(any, {.backlog = 0});
    }();
    ASSERT_GE(listener, sim_poller::socket_base);
    ASSERT_EQ(sim.local_address(listener, address), 0);
    for (auto [operation, socket] : {std::pair{&one, first}, std::pair{&two, second}}) {
        operation->request.op = io_op::connect;
        operation->request.descriptor = socket;
        operation->request.address = &address;
        sim.submit(*operation);
    }
    while (!sim.stuck()) sim.wait(forever);
    EXPECT_EQ(log.size(), 2u);   // one of the two
    accept.request.op = io_op::accept;
    accept.request.descriptor = listener;
    sim.submit(accept);
    while (sim.in_flight() > 0) sim.wait(forever);
    EXPECT_NE(log.find("a0"), log.npos);
    EXPECT_NE(log.find("b0"), log.npos);
    for (const int socket : {first, second, listener, pair[0], pair[1]}) sim.close(socket);
}

}  // namespace troika
