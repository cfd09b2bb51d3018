// SPDX-License-Identifier: MIT
// Workers that die, stand still, and write where they should not; and parents that die.
#include "unit/proc/killing.hpp"

#include <troika/proc/process.hpp>

#include <gmock/gmock.h>

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <set>
#include <sstream>

#include <fcntl.h>
#include <sys/stat.h>

namespace troika {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

int number_of_process() { return ::getpid(); }

/// Fills all that this process shares with its parent.
int scribbles(int with) {
    std::ifstream maps("/proc/self/maps");
    std::string line;
    while (std::getline(maps, line)) {
        if (line.find("troika-channel") == std::string::npos) continue;
        std::uintptr_t begin = 0;
        std::uintptr_t end = 0;
        char dash = 0;
        std::istringstream(line) >> std::hex >> begin >> dash >> end;
        std::memset(reinterpret_cast<void*>(begin), with, end - begin);
    }
    return 1;
}

void stops_itself() { std::raise(SIGSTOP); }

/// Writes the numbers of its workers, and then stands still.
void has_workers(const std::string& path) {
    const int into = ::open(path.c_str(), O_WRONLY);
    process_pool processes({.workers = 2});
    std::vector<future<int>> answers;
    for (int i = 0; i < 100; ++i) answers.push_back(processes.submit<&number_of_process>());
    for (const future<int>& each : answers) {
        const int pid = each.get();
        static_cast<void>(!::write(into, &pid, sizeof pid));
    }
    const int end = 0;
    static_cast<void>(!::write(into, &end, sizeof end));
    for (;;) ::pause();
}

void prints_lines(int worker) {
    for (int i = 0; i < 200; ++i) {
        std::printf("%s", "c line ");
        std::printf("%d\n", worker);
        std::cout << "cout line " << worker << '\n';
        std::cerr << "cerr "
                  << "line " << worker << '\n';
    }
}

TEST(worker_care, workers_that_are_killed_leave_nothing) { kill_workers(100, 1); }

TEST(worker_care, a_worker_that_scribbles_breaks_only_itself) {
    const std::size_t descriptors = open_descriptors();
    for (const int with : {0, 1, 127, 255}) {
        process_pool processes({.workers = 2});
        std::vector<future<long>> others;
        const future<int> wild = processes.submit<&scribbles>(with);
        for (long i = 0; i < 200; ++i) others.push_back(processes.submit<&doubled>(i));
        // What it has written may make no sense to its parent, or none to itself, or keep both
        // waiting for each other: then it is one that does not answer, and is ended as such.
        wild.wait_for(100ms);
        for (const int pid : processes.pids()) ::kill(pid, SIGKILL);
        try {
            EXPECT_EQ(wild.get(), 1);
        } catch (const worker_died&) {
        } catch (const wire_error&) {   // from where its result should be
        }
        for (long i = 0; i < 200; ++i) {
            try {
                EXPECT_EQ(others[static_cast<std::size_t>(i)].get(), 2 * i);
            } catch (const worker_died&) {   // what it seemed to have begun
            }
        }
        EXPECT_EQ(processes.submit<&doubled>(1L).get(), 2);
    }
    EXPECT_EQ(open_descriptors(), descriptors);
}

TEST(worker_care, a_worker_that_stands_still_does_not_stop_the_others) {
    process_pool processes({.workers = 2});
    const future<void> stopped = processes.submit<&stops_itself>();
    for (long i = 0; i < 500; ++i) EXPECT_EQ(processes.submit<&doubled>(i).get(), 2 * i);
    EXPECT_FALSE(stopped.done());
    for (const int pid : processes.pids()) ::kill(pid, SIGCONT);
    stopped.get();
}

TEST(worker_care, workers_end_with_their_parent_however_it_ends) {
    // The parent here is a process of ours, which writes the numbers into a pipe.
    std::string directory = std::filesystem::temp_directory_path() / "troika-XXXXXX";
    ASSERT_NE(::mkdtemp(directory.data()), nullptr);
    const std::string name = directory + "/numbers";
    ASSERT_EQ(::mkfifo(name.c_str(), 0600), 0);
    const process parent = process::start<&has_workers>(name);
    const int in = ::open(name.c_str(), O_RDONLY);
    std::filesystem::remove_all(directory);
    std::set<int> workers;
    for (int pid = 1; pid != 0;) {
        ASSERT_EQ(::read(in, &pid, sizeof pid), static_cast<ssize_t>(sizeof pid));
        if (pid != 0) workers.insert(pid);
    }
    ::close(in);
    EXPECT_FALSE(workers.empty());
    parent.kill();
    EXPECT_EQ(parent.join(), -SIGKILL);
    const auto limit = std::chrono::steady_clock::now() + 1s;
    for (const int worker : workers) {
        while (runs(worker) && std::chrono::steady_clock::now() < limit) std::this_thread::yield();
        EXPECT_FALSE(runs(worker));
    }
}

TEST(worker_care, lines_of_several_workers_do_not_mix) {
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    const int out = ::dup(1);
    const int error = ::dup(2);
    ::dup2(ends[1], 1);
    ::dup2(ends[1], 2);
    std::string text;
    std::thread reader([&] {
        char buffer[4096];
        for (ssize_t n = 0; (n = ::read(ends[0], buffer, sizeof buffer)) > 0;)
            text.append(buffer, static_cast<std::size_t>(n));
    });
    {
        process_pool processes({.workers = 3});
        std::vector<future<void>> all;
        for (int i = 0; i < 6; ++i) all.push_back(processes.submit<&prints_lines>(i));
        for (const future<void>& one : all) one.get();
    }
    ::dup2(out, 1);
    ::dup2(error, 2);
    ::close(out);
    ::close(error);
    ::close(ends[1]);
    reader.join();
    ::close(ends[0]);
    std::istringstream lines(text);
    std::size_t count = 0;
    for (std::string line; std::getline(lines, line); ++count)
        EXPECT_THAT(line, ::testing::MatchesRegex("(c|cout|cerr) line [0-5]"));
    EXPECT_EQ(count, 6U * 600);
}

}  // namespace
}  // namespace troika
