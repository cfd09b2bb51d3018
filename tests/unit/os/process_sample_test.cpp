// SPDX-License-Identifier: MIT
#include "os/process_sample.hpp"

#include "os/environment.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace troika::os {
namespace {

using ::testing::Contains;
using ::testing::UnorderedElementsAre;

// A tree of files in the place of / .
class process_samples : public ::testing::Test {
protected:
    process_samples() {
        std::string pattern = ::testing::TempDir() + "troika-samples-XXXXXX";
        if (!::mkdtemp(pattern.data())) std::abort();
        root = pattern;
    }
    ~process_samples() override { std::filesystem::remove_all(root); }

    void write(const std::string& path, std::string_view text) const {
        const std::filesystem::path file = root + "/proc/" + path;
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file) << text;
    }
    void link(const std::string& path, const std::string& target) const {
        const std::filesystem::path file = root + "/proc/" + path;
        std::filesystem::create_directories(file.parent_path());
        std::filesystem::remove(file);
        std::filesystem::create_symlink(target, file);
    }
    static std::string stat(int id, const std::string& name, char state, int parent) {
        return std::to_string(id) + " (" + name + ") " + state + " " + std::to_string(parent) +
               " 7 8 0 -1 4194304 139 11 5 6 120 30 40 10 20 0 3 0 6027843 2990080 390 1844 1 2 3 "
               "4 0 0 0 0 6 0 1 0 0 17 0 0 0 0 0 0 9 9 9 9 9 9 9 0\n";
    }
    void thread(int id, char state, const std::string& call) const {
        const std::string folder = "50/task/" + std::to_string(id) + "/";
        write(folder + "stat", stat(id, "a (b) c", state, 40));
        write(folder + "schedstat", "1000 200 3\n");
        if (!call.empty()) write(folder + "syscall", call + "\n");
    }
    static std::string call(long number, const std::string& first = "0x0") {
        return std::to_string(number) + " " + first + " 0x1 0x2 0x3 0x4 0x5 0x7ffe 0x7f52";
    }
    // What a thread in this call is said to do.
    thread_activity activity(char state, const std::string& what) const {
        write("50/stat", stat(50, "a (b) c", 'S', 40));
        thread(50, state, what);
        const auto found = process_sampler(root).sample(50);
        return found && found->threads.size() == 1 ? found->threads[0].activity
                                                   : thread_activity::gone;
    }

    std::string root;
};

TEST_F(process_samples, ReadWhatAProcessHasUsed) {
    write("50/stat", stat(50, "a (b) c", 'S', 40));
    write("50/io", "rchar: 10\nwchar: 20\nsyscr: 1\nsyscw: 2\nread_bytes: 4096\n"
                   "write_bytes: 8192\ncancelled_write_bytes: 0\n");
    thread(50, 'R', "");
    thread(51, 'S', call(SYS_futex));
    const auto found = process_sampler(root).sample(50);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->parent, 40);
    EXPECT_EQ(found->name, "a (b) c");
    EXPECT_EQ(found->started, 6027843u);
    EXPECT_EQ(found->major_faults, 11u);
    const auto tick_ns = 1'000'000'000u / static_cast<unsigned>(::sysconf(_SC_CLK_TCK));
    EXPECT_EQ(found->user_ns, 120u * tick_ns);
    EXPECT_EQ(found->system_ns, 30u * tick_ns);
    EXPECT_EQ(found->children_user_ns, 40u * tick_ns);
    EXPECT_EQ(found->children_system_ns, 10u * tick_ns);
    EXPECT_EQ(found->resident_bytes, 390u * static_cast<unsigned>(::sysconf(_SC_PAGESIZE)));
    ASSERT_TRUE(found->io);
    EXPECT_EQ(found->io->read_calls_bytes, 10u);
    EXPECT_EQ(found->io->write_calls_bytes, 20u);
    EXPECT_EQ(found->io->disk_read_bytes, 4096u);
    EXPECT_EQ(found->io->disk_write_bytes, 8192u);
    ASSERT_EQ(found->threads.size(), 2u);
    EXPECT_EQ(found->threads[0].id + found->threads[1].id, 101);
    EXPECT_EQ(found->threads[0].run_ns, 1000u);
    EXPECT_EQ(found->threads[0].ready_ns, 200u);
    EXPECT_EQ(found->threads[0].turns, 3u);
}

TEST_F(process_samples, TellWhatAThreadWaitsFor) {
    using enum thread_activity;
    EXPECT_EQ(activity('R', "running"), runs);
    EXPECT_EQ(activity('S', "running"), runs);   // it was woken meanwhile
    EXPECT_EQ(activity('S', call(SYS_futex)), lock);
    EXPECT_EQ(activity('S', call(SYS_clock_nanosleep)), timer);
    EXPECT_EQ(activity('S', call(SYS_wait4)), child);
    EXPECT_EQ(activity('S', call(SYS_ppoll)), many);
    EXPECT_EQ(activity('S', call(SYS_epoll_pwait)), many);
    EXPECT_EQ(activity('S', call(SYS_rt_sigsuspend)), other);
    EXPECT_EQ(activity('D', call(SYS_fsync, "0x3")), disk);
    EXPECT_EQ(activity('D', "-1 0x7ffe 0x7f52"), disk);   // a page that comes from a disk
    EXPECT_EQ(activity('D', call(SYS_clone)), child);
    EXPECT_EQ(activity('T', ""), stopped);
    EXPECT_EQ(activity('t', ""), stopped);
    EXPECT_EQ(activity('X', ""), gone);
}

TEST_F(process_samples, TellWhatADescriptorIs) {
    using enum thread_activity;
    EXPECT_EQ(activity('S', call(SYS_read, "0x9")), unknown);   // it was closed meanwhile
    const auto on = [&](const std::string& target) {
        link("50/fd/10", target);
        return activity('S', call(SYS_read, "0xa"));
    };
    EXPECT_EQ(on("pipe:[123]"), peer);
    EXPECT_EQ(on("/dev/pts/3"), peer);
    EXPECT_EQ(on("socket:[123]"), network);
    EXPECT_EQ(on("anon_inode:[timerfd]"), timer);
    EXPECT_EQ(on("anon_inode:[eventfd]"), lock);
    EXPECT_EQ(on("anon_inode:inotify"), other);
    EXPECT_EQ(on("/srv/a file"), disk);
}

TEST_F(process_samples, GuessFromThePlaceInTheKernelWhereCallsAreSecret) {
    using enum thread_activity;
    const auto at = [&](const std::string& place) {
        write("50/task/50/wchan", place);
        return activity('S', "");
    };
    EXPECT_EQ(activity('S', ""), unknown);
    EXPECT_EQ(at("0"), unknown);
    EXPECT_EQ(at("futex_do_wait"), lock);
    EXPECT_EQ(at("hrtimer_nanosleep"), timer);
    EXPECT_EQ(at("ep_poll"), many);
    EXPECT_EQ(at("poll_schedule_timeout.constprop.0"), many);
    EXPECT_EQ(at("do_wait"), child);
    EXPECT_EQ(at("sk_wait_data"), network);
    EXPECT_EQ(at("anon_pipe_read"), peer);
    EXPECT_EQ(at("unix_stream_read_generic"), peer);
    EXPECT_EQ(at("folio_wait_bit_common"), disk);
    EXPECT_EQ(at("something_new"), other);
    EXPECT_EQ(activity('D', ""), disk);
}

TEST_F(process_samples, AreNothingWhereThereIsNoProcess) {
    const process_sampler sampler(root);
    EXPECT_FALSE(sampler.sample(50));
    EXPECT_FALSE(sampler.origin_of(50));
    EXPECT_FALSE(sampler.switches_of(50));
    EXPECT_EQ(sampler.command_of(50), "");
    for (const char* text : {"", "50", "50 (x", "50 (x)", ")("}) {
        write("50/stat", text);
        EXPECT_FALSE(sampler.sample(50)) << text;
        EXPECT_FALSE(sampler.origin_of(50)) << text;
    }
    write("50/stat", stat(50, "dead", 'Z', 40));
    EXPECT_FALSE(sampler.sample(50));
    write("50/stat", "50 (x) S");   // cut off: no number is made up
    const auto cut = sampler.sample(50);
    ASSERT_TRUE(cut);
    EXPECT_EQ(cut->user_ns + cut->started + cut->resident_bytes, 0u);
    EXPECT_FALSE(cut->io);
    EXPECT_FALSE(sampler.may_look_into(50));
}

TEST_F(process_samples, ListProcessesAndTheirOrigins) {
    for (const char* name : {"1/stat", "50/stat", "self/stat", "12a/stat", "0/stat"})
        write(name, stat(50, "x", 'S', 40));
    const process_sampler sampler(root);
    EXPECT_THAT(sampler.all(), UnorderedElementsAre(1, 50));
    const auto origin = sampler.origin_of(50);
    ASSERT_TRUE(origin);
    EXPECT_EQ(origin->parent, 40);
    EXPECT_EQ(origin->started, 6027843u);
}

TEST_F(process_samples, CountSwitchesOfAllThreads) {
    const std::string text = "Name:\tx\nvoluntary_ctxt_switches:\t10\n"
                             "nonvoluntary_ctxt_switches:\t3\n";
    write("50/task/50/status", text);
    write("50/task/51/status", text);
    write("50/task/52/status", "Name:\tx\n");
    const auto counts = process_sampler(root).switches_of(50);
    ASSERT_TRUE(counts);
    EXPECT_EQ(counts->voluntary, 20u);
    EXPECT_EQ(counts->involuntary, 6u);
}

TEST_F(process_samples, ReadTheCommandLine) {
    write("50/cmdline", std::string_view("sort\0-n\0a file\0", 15));
    EXPECT_EQ(process_sampler(root).command_of(50), "sort -n a file");
}

TEST(ProcessSampler, SeesThisProcess) {
    const process_sampler sampler;
    const int self = process_id();
    EXPECT_THAT(sampler.all(), Contains(self));
    EXPECT_TRUE(sampler.may_look_into(self));
    int other = 0;
    std::thread([&] {
        other = static_cast<int>(::syscall(SYS_gettid));
        const auto found = sampler.sample(self);
        ASSERT_TRUE(found);
        EXPECT_EQ(found->parent, ::getppid());
        EXPECT_GT(found->resident_bytes, 0u);
        ASSERT_TRUE(found->io);
        const auto mine = std::ranges::find(found->threads, other, &thread_sample::id);
        ASSERT_NE(mine, found->threads.end());
        EXPECT_EQ(mine->activity, thread_activity::runs);
        const auto main = std::ranges::find(found->threads, self, &thread_sample::id);
        ASSERT_NE(main, found->threads.end());
        EXPECT_GT(main->run_ns, 0u);
    }).join();
    EXPECT_TRUE(sampler.switches_of(self));
    EXPECT_NE(sampler.command_of(self), "");
}

}  // namespace
}  // namespace troika::os
