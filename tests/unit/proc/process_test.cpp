// SPDX-License-Identifier: MIT
#include <troika/proc/process.hpp>

#include <troika/loop/run.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

namespace troika {
namespace {

using namespace std::chrono_literals;

int gives(int code) { return code; }
void nothing() {}
int sum(const std::vector<int>& of, int more) {
    int all = more;
    for (const int one : of) all += one;
    return all;
}
int throws() { throw std::runtime_error("on purpose"); }
int exits() { std::exit(9); }
void stays() {
    for (;;) ::pause();
}
int heeds(std::stop_token stop, int code) {
    while (!stop.stop_requested()) std::this_thread::yield();
    return code;
}
int looks() {
    while (!this_call::stop_requested()) std::this_thread::yield();
    return 5;
}

}  // namespace

TEST(process, its_exit_code_is_what_the_function_returns) {
    EXPECT_EQ(process::start<&gives>(7).join(), 7);
    EXPECT_EQ(process::start<&nothing>().join(), 0);
    EXPECT_EQ(process::start<&exits>().join(), 9);
    const process child = process::start<&gives>(0);
    EXPECT_GT(child.pid(), 0);
    EXPECT_NE(child.pid(), ::getpid());
    child.join();
    EXPECT_FALSE(child.is_alive());
    EXPECT_EQ(child.exit_code(), 0);
}

TEST(process, arguments_are_copied_into_it) {
    EXPECT_EQ(process::start<&sum>(std::vector<int>(100, 1), 5).join(), 105);
    // More than any ring holds.
    EXPECT_EQ(process::start<&sum>(std::vector<int>(4'000'000, 0), 6).join(), 6);
}

TEST(process, an_exception_ends_it_with_1) {
    EXPECT_EQ(process::start<&throws>().join(), 1);
}

TEST(process, signals_end_it) {
    const process first = process::start<&stays>();
    EXPECT_TRUE(first.is_alive());
    EXPECT_EQ(first.exit_code(), std::nullopt);
    first.terminate();
    EXPECT_EQ(first.join(), -SIGTERM);
    const process second = process::start<&stays>();
    second.kill();
    EXPECT_EQ(second.join(), -SIGKILL);
    second.kill();   // nothing happens
}

TEST(process, it_can_be_asked_to_stop) {
    const process child = process::start<&heeds>(3);
    EXPECT_TRUE(child.is_alive());
    child.request_stop();
    EXPECT_EQ(child.join(), 3);
    process other = process::start<&looks>();
    const future<int> end = other.wait();
    other = process();   // asks, and waits
    EXPECT_EQ(end.get(), 5);
}

TEST(process, a_task_awaits_its_end) {
    const auto main = []() -> task<int> {
        const process child = process::start<&gives>(4);
        const int code = co_await child.wait();
        co_return code;
    };
    EXPECT_EQ(run(main()), 4);
}

TEST(process, many_at_once) {
    std::vector<process> children;
    for (int i = 0; i < 20; ++i) children.push_back(process::start<&gives>(i));
    for (int i = 0; i < 20; ++i) EXPECT_EQ(children[static_cast<std::size_t>(i)].join(), i);
}

TEST(process, interrupts_from_the_terminal_are_the_parents_affair) {
    const process child = process::start<&heeds>(1);
    child.send_signal(SIGINT);
    child.request_stop();
    EXPECT_EQ(child.join(), 1);
}

}  // namespace troika
