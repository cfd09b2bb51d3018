// SPDX-License-Identifier: MIT
// What a task of a thread pool awaits of the kernel is served by a loop, and the task goes on on
// its pool.
#include <troika/fs/directory.hpp>
#include <troika/fs/file.hpp>
#include <troika/fs/whole_file.hpp>
#include <troika/io/offload.hpp>
#include <troika/loop/run.hpp>
#include <troika/net/connect.hpp>
#include <troika/net/server.hpp>
#include <troika/net/stream.hpp>
#include <troika/pool/fork_join.hpp>
#include <troika/pool/thread_pool.hpp>
#include <troika/sync/event.hpp>
#include <troika/tasks/gather.hpp>
#include <troika/tasks/sleep.hpp>
#include <troika/tasks/with_timeout.hpp>

#include "unit/fs/scratch_directory.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace troika {
namespace {

using namespace std::chrono_literals;

void expect_on(thread_pool& pool) { EXPECT_EQ(&current_task().home(), &pool.home()); }

task<void> echo(net::stream peer) {
    std::array<std::byte, 4096> buffer;
    while (std::size_t n = co_await peer.read_some(buffer))
        co_await peer.write_all(std::span{buffer}.first(n));
}

task<void> talk(thread_pool& pool, net::address to, int number) {
    net::stream peer = co_await net::open_connection(to);
    expect_on(pool);
    for (int i = 0; i < 20; ++i) {
        const std::string line = std::to_string(number) + " says " + std::to_string(i) + "\n";
        co_await peer.write_all(line);
        expect_on(pool);
        const std::string answer = co_await peer.read_until("\n");
        expect_on(pool);
        EXPECT_EQ(answer, line);
    }
}

task<void> serve_and_talk(thread_pool& pool, int clients) {
    auto server = co_await net::start_server({"127.0.0.1", 0}, echo);
    expect_on(pool);
    std::vector<task<void>> talks;
    for (int i = 0; i < clients; ++i) talks.push_back(talk(pool, server.local_address(), i));
    co_await gather(std::move(talks));
    expect_on(pool);
    co_await server.drain();
}

TEST(PoolIo, TasksOfAPoolTalkOverSockets) {
    thread_pool pool{{.workers = 2}};
    pool.submit(serve_and_talk(pool, 8)).get();
}

task<void> keep(thread_pool& pool, std::filesystem::path folder, int number) {
    const std::filesystem::path name = folder / ("file" + std::to_string(number));
    const std::string content(static_cast<std::size_t>(number) * 1000 + 1, 'x');
    co_await fs::write_file(name, content);
    expect_on(pool);
    const std::string found = co_await fs::read_file(name);
    expect_on(pool);
    EXPECT_EQ(found, content);
    fs::file opened = co_await fs::open(name);
    std::array<std::byte, 10> some;
    const std::size_t count = co_await opened.read_at(some, 0);
    EXPECT_EQ(count, std::min<std::size_t>(content.size(), some.size()));
    expect_on(pool);
    if (number % 2 == 0) co_await opened.close();   // the others are closed where they go
}

TEST(PoolIo, TasksOfAPoolReadAndWriteFiles) {
    const testing_fs::scratch_directory folder;
    thread_pool pool{{.workers = 2}};
    std::vector<future<void>> all;
    for (int i = 0; i < 50; ++i) all.push_back(pool.submit(keep(pool, folder.path(), i)));
    for (const auto& each : all) each.get();
}

// A stream belongs to the loop that made it; a task of a pool may use it all the same.
TEST(PoolIo, AStreamOfALoopIsUsedFromAPool) {
    thread_pool pool{{.workers = 2}};
    run([](thread_pool& threads) -> task<void> {
        auto ends = net::open_pair();
        const future<std::string> heard = threads.submit(
            [](net::stream& from) -> task<std::string> {
                std::string line = co_await from.read_until("\n");
                co_return line;
            }(ends.first));
        const future<void> said = threads.submit([](net::stream& to) -> task<void> {
            co_await to.write_all("over there\n");
        }(ends.second));
        co_await said;
        EXPECT_EQ(co_await heard, "over there\n");
    }(pool));
}

TEST(PoolIo, ACancelledReadOfAPoolsTaskIsStopped) {
    thread_pool pool{{.workers = 1}};
    run([](thread_pool& threads) -> task<void> {
        auto ends = net::open_pair();
        for (int i = 0; i < 20; ++i) {
            event waiting;
            const future<std::size_t> silent = threads.submit(
                [](net::stream& from, event& begun) -> task<std::size_t> {
                    std::array<std::byte, 16> buffer;
                    begun.set();
                    co_return co_await from.read_some(buffer);
                }(ends.first, waiting));
            co_await waiting.wait();
            if (i % 2 == 0) co_await sleep(1ms);
            silent.cancel();
            bool thrown = false;
            try {
                static_cast<void>(co_await silent);
            } catch (const cancelled&) {
                thrown = true;
            }
            EXPECT_TRUE(thrown);
        }
        // Nothing was lost: the stream is as good as new.
        co_await ends.second.write_all("x");
        std::array<std::byte, 16> buffer;
        EXPECT_EQ(co_await ends.first.read_some(buffer), 1u);
    }(pool));
}

task<int> slow(int value) {
    co_await sleep(std::chrono::milliseconds(value));
    co_return value;
}

TEST(PoolIo, TimersServeAPool) {
    thread_pool pool{{.workers = 2}};
    const auto sum = pool.submit([]() -> task<int> {
        int total = 0;
        for (int round = 0; round < 5; ++round) {
            std::vector<task<int>> naps;
            for (int i = 0; i < 20; ++i) naps.push_back(slow(i % 7));
            for (const int each : co_await gather(std::move(naps))) total += each;
        }
        bool late = false;
        try {
            co_await with_timeout(5ms, [](cancel_scope&) -> task<void> { co_await sleep(1h); });
        } catch (const timeout_error&) {
            late = true;
        }
        EXPECT_TRUE(late);
        co_return total;
    }());
    int expected = 0;
    for (int i = 0; i < 20; ++i) expected += i % 7;
    EXPECT_EQ(sum.get(), 5 * expected);
}

task<int> offloaded(int value) {
    co_return co_await io::offload("test", [value] { return value; });
}

TEST(PoolIo, ForkedChildrenMayWait) {
    thread_pool pool{{.workers = 2}};
    for (int i = 0; i < 50; ++i) {
        const auto sum = pool.submit([]() -> task<int> {
            auto parts = co_await fork_join(offloaded(1), slow(1), offloaded(3));
            auto& [a, b, c] = parts;
            co_return a + b + c;
        }());
        EXPECT_EQ(sum.get(), 5);
    }
}

}  // namespace
}  // namespace troika
