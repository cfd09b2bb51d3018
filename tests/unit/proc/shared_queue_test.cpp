// SPDX-License-Identifier: MIT
#include <troika/proc/shared_queue.hpp>

#include "unit/proc/killing.hpp"

#include <troika/proc/process.hpp>
#include <troika/proc/shared_array.hpp>

#include <gmock/gmock.h>

#include <algorithm>
#include <cstring>
#include <map>

#include <sys/mman.h>

namespace troika {
namespace {

using namespace std::chrono_literals;

struct job {
    int producer = 0;
    int number = 0;
    std::string text;
};

void produce(shared_queue<job> into, int producer, int count) {
    for (int i = 0; i < count; ++i)
        into.put({producer, i, std::string(static_cast<std::size_t>(i % 300), 'x')});
}
long consume(shared_queue<job> from) {
    long count = 0;
    std::map<int, int> last;
    while (const auto item = from.next()) {
        const auto [at, first] = last.try_emplace(item->producer, -1);
        if (item->number <= at->second) return -1;   // not first in, first out
        at->second = item->number;
        if (item->text != std::string(static_cast<std::size_t>(item->number % 300), 'x'))
            return -2;
        ++count;
    }
    return count;
}
void produce_for_ever(shared_queue<job> into, int producer) { produce(into, producer, 1 << 30); }
void consume_for_ever(shared_queue<job> from) {
    while (from.next()) {
    }
}
void take_one_and_give(shared_queue<int> from, shared_queue<int> to) { to.put(from.get() + 1); }

/// Waits until the process sleeps in the kernel.
void until_it_sleeps(const process& of) {
    std::string state;
    while (state != "S") {
        std::ifstream file("/proc/" + std::to_string(of.pid()) + "/stat");
        std::string text;
        std::getline(file, text);
        state = text.substr(text.rfind(')') + 2, 1);
        std::this_thread::yield();
    }
}

}  // namespace

TEST(shared_queue, gives_items_in_the_order_in_which_they_were_put) {
    shared_queue<std::string> queue{{.capacity_max = 3}};
    EXPECT_TRUE(queue.empty());
    EXPECT_FALSE(queue.try_get());
    queue.put("one");
    queue.put("");
    EXPECT_TRUE(queue.try_put(std::string(10'000, 'x')));
    EXPECT_TRUE(queue.full());
    EXPECT_FALSE(queue.try_put("four"));
    EXPECT_FALSE(queue.try_put_for("four", 1ms));
    EXPECT_EQ(queue.get(), "one");
    EXPECT_EQ(queue.get(), "");
    EXPECT_EQ(queue.try_get()->size(), 10'000U);
    EXPECT_FALSE(queue.try_get_for(1ms));
    EXPECT_EQ(queue.capacity_max(), 3U);
}

TEST(shared_queue, is_bounded_in_bytes_as_well) {
    shared_queue<std::vector<char>> queue{{.capacity_max = 1'000, .bytes_max = 65'536}};
    const std::vector<char> large(30'000, 'y');
    EXPECT_TRUE(queue.try_put(large));
    EXPECT_TRUE(queue.try_put(large));
    EXPECT_FALSE(queue.try_put(large));
    for (int i = 0; i < 100; ++i) {   // round and round
        EXPECT_EQ(queue.get(), large);
        queue.put(large);
    }
    EXPECT_THROW(queue.put(std::vector<char>(65'536)), wire_error);
    EXPECT_THROW(shared_queue<int>({.capacity_max = 0}), std::invalid_argument);
    EXPECT_THROW(shared_queue<int>({.capacity_max = 1, .bytes_max = 0}), std::invalid_argument);
    shared_queue<shared_array<int>> of_arrays{{.capacity_max = 1}};
    EXPECT_THROW(of_arrays.put(shared_array<int>(1)), wire_error);
}

TEST(shared_queue, ends_when_it_is_shut_down) {
    shared_queue<int> queue{{.capacity_max = 8}};
    const shared_queue<int> same = queue;
    queue.put(1);
    queue.put(2);
    queue.shutdown();
    EXPECT_TRUE(same.is_shut_down());
    EXPECT_THROW(queue.put(3), queue_shut_down);
    EXPECT_THROW(queue.try_put(3), queue_shut_down);
    EXPECT_EQ(queue.get(), 1);
    EXPECT_EQ(queue.next(), 2);
    EXPECT_THROW(static_cast<void>(queue.get()), queue_shut_down);
    EXPECT_THROW(static_cast<void>(queue.try_get()), queue_shut_down);
    EXPECT_FALSE(queue.next());
    shared_queue<int> other{{.capacity_max = 8}};
    other.put(1);
    other.shutdown({.immediate = true});
    EXPECT_FALSE(other.next());
}

TEST(shared_queue, those_who_wait_hear_of_the_end) {
    shared_queue<int> empty{{.capacity_max = 1}};
    shared_queue<int> full{{.capacity_max = 1}};
    full.put(0);
    std::thread gets([&] { EXPECT_THROW(static_cast<void>(empty.get()), queue_shut_down); });
    std::thread puts([&] { EXPECT_THROW(full.put(1), queue_shut_down); });
    const process there = process::start<&consume_for_ever>(shared_queue<job>{{.capacity_max = 1}});
    empty.shutdown();
    full.shutdown();
    gets.join();
    puts.join();
    there.kill();
    EXPECT_EQ(there.join(), -SIGKILL);
}

TEST(shared_queue, many_processes_put_and_get) {
    shared_queue<job> queue{{.capacity_max = 16, .bytes_max = 65'536}};
    process_pool processes({.workers = 4});
    std::vector<future<long>> consumers;
    std::vector<future<void>> producers;
    for (int i = 0; i < 2; ++i) consumers.push_back(processes.submit<&consume>(queue));
    process more = process::start<&produce>(queue, 7, 2'000);
    for (int i = 0; i < 2; ++i)
        producers.push_back(processes.submit<&produce>(queue, i, 2'000));
    for (const future<void>& one : producers) one.get();
    EXPECT_EQ(more.join(), 0);
    queue.shutdown();
    const long first = consumers[0].get();
    const long second = consumers[1].get();
    EXPECT_GE(first, 0);
    EXPECT_GE(second, 0);
    EXPECT_EQ(first + second, 6'000);
}

TEST(shared_queue, one_that_waits_is_woken_by_another_process) {
    shared_queue<int> there{{.capacity_max = 1}};
    shared_queue<int> back{{.capacity_max = 1}};
    for (int i = 0; i < 5; ++i) {
        const process child = process::start<&take_one_and_give>(there, back);
        until_it_sleeps(child);
        there.put(i);
        EXPECT_EQ(back.get(), i + 1);
        EXPECT_EQ(child.join(), 0);
    }
}

TEST(shared_queue, processes_that_are_killed_while_they_put_and_get_harm_nobody) {
    const std::size_t descriptors = open_descriptors();
    std::mt19937 random(11);
    {
        shared_queue<job> queue{{.capacity_max = 4, .bytes_max = 65'536}};
        for (int round = 0; round < 40; ++round) {
            process victims[] = {process::start<&produce_for_ever>(queue, 2 * round),
                                 process::start<&produce_for_ever>(queue, 2 * round + 1),
                                 process::start<&consume_for_ever>(queue)};
            // What comes is whole and in order while they live,
            std::map<int, int> last;
            for (auto left = 20 + random() % 300; left > 0; --left) {
                const job item = queue.get();
                EXPECT_EQ(item.text.size(), static_cast<std::size_t>(item.number % 300));
                const auto [at, first] = last.try_emplace(item.producer, -1);
                EXPECT_GT(item.number, at->second);
                at->second = item.number;
            }
            std::shuffle(std::begin(victims), std::end(victims), random);
            for (process& each : victims) {
                each.kill();
                EXPECT_EQ(each.join(), -SIGKILL);
            }
            // and after they are dead.
            while (queue.try_get()) {
            }
            for (int i = 0; i < 4; ++i) EXPECT_TRUE(queue.try_put({-1, i, ""}));
            EXPECT_FALSE(queue.try_put({}));
            for (int i = 0; i < 4; ++i) EXPECT_EQ(queue.get().number, i);
        }
    }
    EXPECT_LE(open_descriptors(), descriptors + 2);   // the keeper of processes has two
}

TEST(shared_queue, memory_that_was_overwritten_is_an_error) {
    shared_queue<std::string> queue{{.capacity_max = 4}};
    wire_writer writer;
    writer.write(queue);
    queue.put("item");
    void* const memory = ::mmap(nullptr, 8192, PROT_READ | PROT_WRITE, MAP_SHARED,
                                writer.attachments()[0].descriptor, 0);
    ASSERT_NE(memory, MAP_FAILED);
    std::memset(static_cast<std::byte*>(memory) + 4096, 255, 8);   // the size of the item
    EXPECT_THROW(static_cast<void>(queue.get()), wire_error);
    ::munmap(memory, 8192);
    const std::uint64_t message[] = {1};
    received_attachment other[] = {{1, ::dup(0)}};
    memory_source source(std::as_bytes(std::span(message)), other);
    wire_reader reader(source, sizeof message);
    EXPECT_THROW(static_cast<void>(reader.read<shared_queue<std::string>>()), wire_error);
}

}  // namespace troika
