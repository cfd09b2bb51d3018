// SPDX-License-Identifier: MIT
#include "os/thread_probe.hpp"

#include "os/thread.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <limits>
#include <thread>

namespace {

using namespace troika::os;

struct seen {
    std::uint32_t thread = 0;
    std::array<const void*, 32> calls{};
    std::size_t count = 0;
};

void look(void* argument) noexcept {
    auto& into = *static_cast<seen*>(argument);
    into.thread = thread_id();
    into.count = calls_in_progress(into.calls.data(), into.calls.size());
}

TEST(thread_probe, looks_on_the_other_thread) {
    std::atomic<std::uint32_t> number{0};
    std::atomic<bool> end{false};
    std::thread other([&] {
        number = thread_id();
        while (!end) {}
    });
    while (number == 0) std::this_thread::yield();
    for (int i = 0; i < 10; ++i) {
        seen what;
        EXPECT_EQ(probe_thread(static_cast<int>(number.load()), &look, &what), 0);
        EXPECT_EQ(what.thread, number);
        EXPECT_GE(what.count, 2U);
        for (std::size_t call = 0; call < what.count; ++call) EXPECT_NE(what.calls[call], nullptr);
    }
    end = true;
    other.join();
}

TEST(thread_probe, says_when_there_is_no_such_thread) {
    seen what;
    EXPECT_EQ(probe_thread(std::numeric_limits<int>::max(), &look, &what), -ESRCH);
}

TEST(thread_probe, leaves_the_signal_to_who_has_it) {
    std::signal(SIGURG, [](int) {});
    seen what;
    EXPECT_EQ(probe_thread(static_cast<int>(thread_id()), &look, &what), -EBUSY);
    std::signal(SIGURG, SIG_DFL);
    EXPECT_EQ(probe_thread(static_cast<int>(thread_id()), &look, &what), 0);
}

}  // namespace
