// SPDX-License-Identifier: MIT
// Several loops, one for each thread: each with its own tasks, and one with those of another.
#include <troika/core/future.hpp>
#include <troika/loop/run.hpp>
#include <troika/net/connect.hpp>
#include <troika/net/server.hpp>
#include <troika/net/stream.hpp>
#include <troika/sync/event.hpp>
#include <troika/sync/queue.hpp>
#include <troika/tasks/gather.hpp>
#include <troika/tasks/resume_on.hpp>
#include <troika/tasks/yield_now.hpp>

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <latch>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace troika {
namespace {

/// Loops on threads of their own, until the end of the block.
class loops {
public:
    explicit loops(std::size_t count) : loops_(count), ready_(static_cast<std::ptrdiff_t>(count)) {
        for (std::size_t i = 0; i < count; ++i)
            threads_.emplace_back([this, i] {
                event_loop mine;
                loops_[i] = &mine;
                mine.run([](loops& all) -> task<void> {
                    all.ready_.count_down();
                    co_await all.stop_.wait();
                }(*this));
            });
        ready_.wait();
    }
    ~loops() {
        stop_.set();
        for (std::thread& each : threads_) each.join();
    }
    [[nodiscard]] event_loop& operator[](std::size_t i) const noexcept { return *loops_[i]; }
    [[nodiscard]] std::thread::id thread(std::size_t i) const noexcept {
        return threads_[i].get_id();
    }

private:
    std::vector<event_loop*> loops_;
    event stop_;
    std::latch ready_;
    std::vector<std::thread> threads_;
};

TEST(SeveralLoops, EachRunsWhatIsSubmittedToIt) {
    const loops all(3);
    std::vector<future<std::thread::id>> where;
    for (std::size_t i = 0; i < 300; ++i)
        where.push_back(all[i % 3].submit([]() -> task<std::thread::id> {
            co_await yield_now();
            co_return std::this_thread::get_id();
        }()));
    for (std::size_t i = 0; i < 300; ++i) EXPECT_EQ(where[i].get(), all.thread(i % 3));
}

TEST(SeveralLoops, PostAcrossEachOther) {
    const loops all(2);
    constexpr int hops = 1000;
    event done;
    int count = 0;   // of whichever loop has the turn
    struct game {
        const loops& of;
        event& over;
        int& hop;
        void play(std::size_t at) {
            EXPECT_EQ(std::this_thread::get_id(), of.thread(at));
            if (++hop == hops)
                over.set();
            else
                of[1 - at].post([this, at] { play(1 - at); });
        }
    } pingpong{all, done, count};
    all[0].post([&] { pingpong.play(0); });
    done.wait().block();
    EXPECT_EQ(count, hops);
}

TEST(SeveralLoops, HandItemsThroughAQueue) {
    const loops all(2);
    queue<int> items{{.capacity_max = 4}};
    const future<long> sum = all[0].submit([](queue<int>& from) -> task<long> {
        long total = 0;
        for (int i = 0; i < 2000; ++i) total += co_await from.get();
        co_return total;
    }(items));
    const future<void> sent = all[1].submit([](queue<int>& to) -> task<void> {
        for (int i = 0; i < 2000; ++i) co_await to.put(i);
    }(items));
    sent.get();
    EXPECT_EQ(sum.get(), 1999L * 2000 / 2);
}

task<void> greet(net::stream peer, std::atomic<int>& count) {
    ++count;
    co_await peer.write_all("hello\n");
}

TEST(SeveralLoops, ShareAPort) {
    const loops all(3);
    std::array<std::atomic<int>, 3> greeted{};
    std::uint16_t port = 0;
    std::vector<std::pair<future<void>, event_loop*>> servers;
    event stop;
    for (std::size_t i = 0; i < 3; ++i) {
        promise<std::uint16_t> listening;
        const future<std::uint16_t> told = listening.get_future();
        const auto serve = [](std::atomic<int>& count, std::uint16_t at, event& until,
                              promise<std::uint16_t> ready) -> task<void> {
            auto handler = [&count](net::stream peer) -> task<void> {
                co_await greet(std::move(peer), count);
            };
            net::server_options options;
            options.reuse_port = true;
            auto server = co_await net::start_server({"127.0.0.1", at}, handler, options);
            ready.set_value(server.port());
            co_await server.serve_until(until.wait());
        };
        servers.emplace_back(
            all[i].submit(serve(greeted[i], port, stop, std::move(listening))), &all[i]);
        port = told.get();
    }
    constexpr int visits = 300;
    const int welcome = run([](std::uint16_t at) -> task<int> {
        int count = 0;
        for (int i = 0; i < visits; ++i) {
            net::stream peer = co_await net::open_connection({"127.0.0.1", at});
            const std::string line = co_await peer.read_until("\n");
            if (line == "hello\n") ++count;
        }
        co_return count;
    }(port));
    EXPECT_EQ(welcome, visits);
    stop.set();
    for (auto& each : servers) each.first.get();
    EXPECT_EQ(greeted[0] + greeted[1] + greeted[2], visits);
    // The kernel deals by a hash of the ports: that one gets nothing of 300 does not happen.
    for (const std::atomic<int>& each : greeted) EXPECT_GT(each.load(), 0);
}

TEST(SeveralLoops, AStreamOfOneIsUsedByTasksOfAnother) {
    const loops all(1);
    run([](const loops& others) -> task<void> {
        auto ends = net::open_pair();
        const future<std::string> heard = others[0].submit(
            [](net::stream& from) -> task<std::string> {
                std::string line = co_await from.read_until("\n");
                co_return line;
            }(ends.first));
        co_await ends.second.write_all("across\n");
        EXPECT_EQ(co_await heard, "across\n");
    }(all));
}

}  // namespace
}  // namespace troika
