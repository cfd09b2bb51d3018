// SPDX-License-Identifier: MIT
#include <troika/proc/shared_memory.hpp>

#include "unit/proc/killing.hpp"

#include <troika/proc/process.hpp>
#include <troika/proc/shared_array.hpp>

#include <gmock/gmock.h>

#include <cstring>

namespace troika {
namespace {

using ::testing::HasSubstr;

/// How many shared memories this process has mapped.
int mapped_here() {
    std::ifstream maps("/proc/self/maps");
    int count = 0;
    for (std::string line; std::getline(maps, line);)
        if (line.find("troika-shared") != std::string::npos) ++count;
    return count;
}

int first_byte(const shared_memory& of) { return std::to_integer<int>(of.data()[0]); }
void set_first_byte(const shared_memory& of, int to) {
    of.data()[0] = static_cast<std::byte>(to);
}
std::size_t first_of_all(const std::vector<shared_memory>& all) {
    std::size_t sum = 0;
    for (const shared_memory& each : all) sum += std::to_integer<std::size_t>(each.data()[0]);
    return sum;
}
shared_memory made(std::size_t size) {
    shared_memory memory(size);
    memory.data()[size - 1] = std::byte{7};
    return memory;
}
shared_memory given_back(shared_memory memory) { return memory; }
shared_memory held;
void hold(shared_memory memory) { held = std::move(memory); }
int held_byte() { return first_byte(held); }
std::vector<shared_memory> many(std::size_t count) {
    std::vector<shared_memory> all(count);
    for (shared_memory& each : all) each = made(1);
    return all;
}
int child_writes(shared_memory a, const std::string& text, shared_memory b) {
    std::memcpy(a.data(), text.data(), text.size());
    b.data()[0] = std::byte{5};
    return held ? 1 : 0;
}
/// Hands what it got to a worker of its own.
int through_another(shared_memory memory) {
    process_pool inner({.workers = 1});
    inner.submit<&set_first_byte>(memory, 99).get();
    return first_byte(memory);
}
void throws_one(shared_memory) { throw std::runtime_error("with memory in its hands"); }

const process_pool::options one{.workers = 1};

}  // namespace

TEST(shared_memory, is_zeroed_and_shared_by_copies) {
    const shared_memory a(100);
    const shared_memory b = a;
    ASSERT_EQ(a.size(), 100U);
    EXPECT_EQ(a.data()[99], std::byte{0});
    a.data()[99] = std::byte{1};
    EXPECT_EQ(b.data()[99], std::byte{1});
    EXPECT_EQ(a.data(), b.data());
    EXPECT_FALSE(shared_memory());
    EXPECT_EQ(shared_memory(0).size(), 0U);
}

TEST(shared_memory, a_worker_writes_into_it) {
    process_pool processes(one);
    const shared_memory memory(10'000);
    memory.data()[0] = std::byte{4};
    EXPECT_EQ(processes.submit<&first_byte>(memory).get(), 4);
    processes.submit<&set_first_byte>(memory, 44).get();
    EXPECT_EQ(memory.data()[0], std::byte{44});
}

TEST(shared_memory, is_mapped_once_in_a_worker_and_forgotten_with_its_last_handle) {
    process_pool processes(one);
    const std::size_t descriptors = processes.submit<&open_descriptors>().get();
    EXPECT_EQ(processes.submit<&mapped_here>().get(), 0);
    {
        const shared_memory memory(std::size_t{64} << 20);
        for (int i = 0; i < 100; ++i) EXPECT_EQ(processes.submit<&first_byte>(memory).get(), 0);
        EXPECT_EQ(processes.submit<&mapped_here>().get(), 1);
        EXPECT_EQ(processes.submit<&open_descriptors>().get(), descriptors + 1);
    }
    EXPECT_EQ(processes.submit<&mapped_here>().get(), 0);
    EXPECT_EQ(processes.submit<&open_descriptors>().get(), descriptors);
}

TEST(shared_memory, what_a_worker_holds_stays_there) {
    process_pool processes(one);
    processes.submit<&hold>(made(1)).get();
    EXPECT_EQ(mapped_here(), 0);
    EXPECT_EQ(processes.submit<&held_byte>().get(), 7);
    EXPECT_EQ(processes.submit<&mapped_here>().get(), 1);
    processes.submit<&hold>(shared_memory()).get();
    EXPECT_EQ(processes.submit<&mapped_here>().get(), 0);
}

TEST(shared_memory, comes_back_as_a_result) {
    process_pool processes(one);
    const std::size_t descriptors = open_descriptors();
    {
        const shared_memory result = processes.submit<&made>(5'000U).get();
        ASSERT_EQ(result.size(), 5'000U);
        EXPECT_EQ(result.data()[4'999], std::byte{7});
        const shared_memory back = processes.submit<&given_back>(result).get();
        back.data()[0] = std::byte{9};
        EXPECT_EQ(result.data()[0], std::byte{9});
        EXPECT_EQ(processes.submit<&many>(200U).get().size(), 200U);
        EXPECT_THROW(processes.submit<&many>(300U).get(), wire_error);
        EXPECT_EQ(processes.submit<&many>(2U).get()[1].data()[0], std::byte{7});
        for (int i = 0; i < 1000; ++i)
            EXPECT_EQ(first_byte(processes.submit<&made>(1U).get()), 7);
        EXPECT_THROW(processes.submit<&throws_one>(result).get(), std::runtime_error);
    }
    EXPECT_EQ(mapped_here(), 0);
    EXPECT_LE(open_descriptors(), descriptors + 3);   // the worker's own
}

TEST(shared_memory, many_at_once_and_more_than_a_worker_keeps) {
    process_pool processes(one);
    for (int round = 0; round < 3; ++round) {
        std::vector<shared_memory> all = many(600);
        std::vector<future<std::size_t>> sums;
        for (std::size_t i = 0; i < 600; i += 200)
            sums.push_back(processes.submit<&first_of_all>(
                std::vector<shared_memory>(all.begin() + static_cast<std::ptrdiff_t>(i),
                                           all.begin() + static_cast<std::ptrdiff_t>(i) + 200)));
        for (const future<std::size_t>& sum : sums) EXPECT_EQ(sum.get(), 200U * 7);
        EXPECT_THAT(processes.submit<&mapped_here>().get(), ::testing::Le(256));
        EXPECT_THROW(processes.submit<&first_of_all>(many(300)).get(), wire_error);
    }
    EXPECT_EQ(processes.submit<&mapped_here>().get(), 0);
}

TEST(shared_memory, more_descriptors_on_their_way_than_a_socket_holds) {
    process_pool processes({.workers = 1, .ring_bytes = 65'536});
    const shared_memory gate(1);
    std::vector<future<int>> answers;
    for (int i = 0; i < 3'000; ++i) answers.push_back(processes.submit<&first_byte>(made(1)));
    for (const future<int>& answer : answers) EXPECT_EQ(answer.get(), 7);
    EXPECT_EQ(processes.submit<&mapped_here>().get(), 0);
}

TEST(shared_memory, a_process_of_its_own_is_given_it) {
    const std::size_t descriptors = open_descriptors();
    {
        const shared_memory a(100);
        const shared_memory b(1);
        const process child = process::start<&child_writes>(a, std::string("written"), b);
        EXPECT_EQ(child.join(), 0);
        EXPECT_EQ(std::memcmp(a.data(), "written", 8), 0);
        EXPECT_EQ(b.data()[0], std::byte{5});
    }
    EXPECT_EQ(mapped_here(), 0);
    // The keeper of processes, once it is there, has a descriptor for watching and one for waking.
    EXPECT_LE(open_descriptors(), descriptors + 2);
}

TEST(shared_memory, goes_on_from_a_worker_to_its_worker) {
    process_pool processes(one);
    EXPECT_EQ(processes.submit<&through_another>(made(10)).get(), 99);
}

TEST(shared_memory, a_message_that_lies_is_refused) {
    shared_memory memory(100);
    wire_writer writer;
    writer.write(memory);
    ASSERT_EQ(writer.attachments().size(), 1U);
    const std::uint64_t id = writer.attachments()[0].id;
    const auto read = [&](std::uint64_t size, int descriptor) {
        const std::uint64_t message[] = {id, size};
        received_attachment attachments[] = {{id, descriptor}};
        memory_source source(std::as_bytes(std::span(message)), attachments);
        wire_reader reader(source, sizeof message);
        return reader.read<shared_memory>();
    };
    EXPECT_EQ(read(100, ::dup(writer.attachments()[0].descriptor)).size(), 100U);
    EXPECT_THROW(read(101, ::dup(writer.attachments()[0].descriptor)), wire_error);
    EXPECT_THROW(read(1, ::dup(0)), wire_error);
    EXPECT_THROW(read(1, -1), wire_error);
}

TEST(shared_memory, workers_that_are_killed_while_they_get_it_leave_nothing) {
    const std::size_t descriptors = open_descriptors();
    {
        process_pool processes({.workers = 2});
        std::mt19937 random(5);
        const shared_memory kept = made(1);
        for (int round = 0; round < 30; ++round) {
            std::vector<future<shared_memory>> answers;
            for (int i = 0; i < 40; ++i)
                answers.push_back(processes.submit<&given_back>(i % 2 == 0 ? kept : made(1)));
            for (auto left = random() % 200'000; left > 0; --left)
                std::atomic_signal_fence(std::memory_order_seq_cst);
            const std::vector<int> pids = processes.pids();
            if (!pids.empty()) ::kill(pids[random() % pids.size()], SIGKILL);
            for (const future<shared_memory>& answer : answers) {
                try {
                    EXPECT_EQ(first_byte(answer.get()), 7);
                } catch (const worker_died&) {
                }
            }
        }
    }
    EXPECT_EQ(mapped_here(), 0);
    EXPECT_EQ(open_descriptors(), descriptors);
}

}  // namespace troika
