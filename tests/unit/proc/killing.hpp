// SPDX-License-Identifier: MIT
#pragma once

#include <troika/proc/process_pool.hpp>

#include "inspect/registry.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

namespace troika {

inline std::size_t open_descriptors() {
    using std::filesystem::directory_iterator;
    impl::registry::get();   // is opened once, and stays
    return static_cast<std::size_t>(
        std::distance(directory_iterator("/proc/self/fd"), directory_iterator()));
}

/// Whether a process is there, and not only the record of its end.
inline bool runs(int pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::string text;
    std::getline(file, text);
    const std::size_t name_end = text.rfind(')');
    return name_end != std::string::npos && text.substr(name_end + 2, 1) != "Z";
}

inline long doubled(long n) { return 2 * n; }
inline std::string repeated(const std::string& text, std::size_t times) {
    std::string all;
    for (; times > 0; --times) all += text;
    return all;
}

/// Kills `kills` workers, one after the other, at whatever they are doing, while calls go on: each
/// future has a result, values are right, and nothing is left.
inline void kill_workers(std::size_t kills, std::uint32_t seed) {
    const std::size_t descriptors = open_descriptors();
    std::size_t died = 0;
    std::size_t done = 0;
    std::uint64_t killed = 0;
    {
        process_pool processes({.workers = 3, .ring_bytes = 65'536});
        std::atomic<bool> enough{false};
        std::jthread killer([&] {
            std::mt19937 random(seed);
            for (std::size_t i = 0; i < kills;) {
                const std::vector<int> pids = processes.pids();
                if (pids.empty()) {
                    std::this_thread::yield();
                    continue;
                }
                const int victim = pids[random() % pids.size()];
                for (auto left = random() % 3'000; left > 0; --left)
                    std::atomic_signal_fence(std::memory_order_seq_cst);
                if (!runs(victim)) continue;   // it is being replaced
                if (::kill(victim, SIGKILL) == 0) ++i;
                // Nobody lives long enough to begin, where starting takes long: a pool gives up
                // when that happens a hundred times in a row.
                if (i % 30 == 0)
                    for (const auto before = processes.stats().completed;
                         processes.stats().completed == before;)
                        std::this_thread::yield();
                while (runs(victim)) std::this_thread::yield();
            }
            enough = true;
        });
        const std::string word(100, 'x');
        while (!enough) {
            std::vector<future<long>> numbers;
            std::vector<future<std::string>> texts;
            for (long i = 0; i < 50; ++i) numbers.push_back(processes.submit<&doubled>(i));
            // Reading, running and writing take a while here.
            for (int i = 0; i < 5; ++i) texts.push_back(processes.submit<&repeated>(word, 3'000U));
            for (long i = 0; i < 50; ++i) {
                try {
                    EXPECT_EQ(numbers[static_cast<std::size_t>(i)].get(), 2 * i);
                    ++done;
                } catch (const worker_died& error) {
                    EXPECT_EQ(error.exit_code(), -SIGKILL);
                    ++died;
                }
            }
            for (const future<std::string>& text : texts) {
                try {
                    EXPECT_EQ(text.get().size(), 300'000U);
                    ++done;
                } catch (const worker_died&) {
                    ++died;
                }
            }
        }
        killer.join();
        EXPECT_EQ(processes.submit<&doubled>(4L).get(), 8);
        killed = processes.stats().died;
    }
    EXPECT_GT(done, died);
    EXPECT_LE(killed, kills);
    EXPECT_GE(killed + 3, kills);
    EXPECT_EQ(open_descriptors(), descriptors);
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
    EXPECT_EQ(errno, ECHILD);   // not even the record of one
}

}  // namespace troika
