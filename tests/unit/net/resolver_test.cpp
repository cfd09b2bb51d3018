// SPDX-License-Identifier: MIT
#include "net/resolver.hpp"

#include <troika/net/resolve.hpp>
#include <troika/tasks/gather.hpp>
#include <troika/tasks/sleep.hpp>

#include "loop/sim_poller.hpp"
#include "os/socket.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <semaphore>
#include <string>
#include <system_error>

namespace troika::net {
namespace {

// What the resolver asks instead of the system; a function without state of its own, hence these.
std::atomic<int> asked = 0;
std::counting_semaphore<> may_answer{0};

os::resolution answer_loopback(const std::string& host) {
    ++asked;
    os::resolution answer;
    if (host == "unknown.example")
        answer.error = std::make_error_code(std::errc::host_unreachable);
    else
        answer.addresses.push_back(*os::parse_address("127.0.0.1", 0));
    return answer;
}
os::resolution answer_when_allowed(const std::string& host) {
    may_answer.acquire();
    return answer_loopback(host);
}

class Resolver : public ::testing::Test {
protected:
    Resolver() { asked = 0; }
    event_loop loop;
};

task<void> expect_loopback(resolver& names, std::string host, std::uint16_t port) {
    const std::vector<address> found = co_await names.resolve(host, port);
    EXPECT_EQ(found.size(), 1u);
    EXPECT_EQ(found.front().to_string(), "127.0.0.1:" + std::to_string(port));
}

task<void> ask_together(resolver& names) {
    co_await gather(expect_loopback(names, "a.example", 80),
                    expect_loopback(names, "a.example", 81),
                    expect_loopback(names, "b.example", 82), [](resolver& late) -> task<void> {
                        may_answer.release(2);
                        co_await expect_loopback(late, "a.example", 83);
                    }(names));
}

TEST_F(Resolver, AsksOncePerNameForAllWhoWait) {
    resolver names(loop, &answer_when_allowed);
    loop.run(ask_together(names));
    EXPECT_EQ(asked, 2);
}

task<void> ask_in_vain(resolver& names) {
    for (int i = 0; i < 2; ++i) {
        std::string what;
        try {
            co_await names.resolve("unknown.example", 80);
        } catch (const std::system_error& e) {
            what = e.what();
            EXPECT_EQ(e.code(), std::errc::host_unreachable);
        }
        EXPECT_EQ(what.find("resolve unknown.example: "), 0u) << what;
    }
}

TEST_F(Resolver, DoesNotRememberFailures) {
    resolver names(loop, &answer_loopback);
    loop.run(ask_in_vain(names));
    EXPECT_EQ(asked, 2);
}

task<void> ask_now_and_later(resolver& names) {
    co_await expect_loopback(names, "a.example", 80);
    co_await sleep(resolver::memory_max - std::chrono::seconds(1));
    co_await expect_loopback(names, "a.example", 80);
    EXPECT_EQ(asked, 1);
    co_await sleep(std::chrono::seconds(1));
    co_await expect_loopback(names, "a.example", 80);
    EXPECT_EQ(asked, 2);
}

TEST(ResolverInVirtualTime, RemembersForALimitedTime) {
    asked = 0;
    event_loop loop(std::make_unique<sim_poller>(1));
    resolver names(loop, &answer_loopback);
    loop.run(ask_now_and_later(names));
}

task<void> ask_for_many(resolver& names) {
    for (std::size_t i = 0; i < resolver::names_max + 10; ++i)
        co_await expect_loopback(names, std::to_string(i) + ".example", 80);
    const int before = asked;
    co_await expect_loopback(names, std::to_string(resolver::names_max + 9) + ".example", 80);
    EXPECT_EQ(asked, before);
}

TEST_F(Resolver, RemembersALimitedNumber) {
    resolver names(loop, &answer_loopback);
    loop.run(ask_for_many(names));
}

task<void> abandon(resolver& names) {
    const future<void> waiting = event_loop::current().roots().start(
        expect_loopback(names, "slow.example", 80));
    co_await sleep(duration::zero());
    waiting.cancel();
    bool stopped = false;
    try {
        co_await waiting;
    } catch (const cancelled&) {
        stopped = true;
    }
    EXPECT_TRUE(stopped);
}

TEST_F(Resolver, LetsAWaiterGoWhileTheSystemThinks) {
    {
        resolver names(loop, &answer_when_allowed);
        loop.run(abandon(names));
        EXPECT_EQ(asked, 0);
    }
    // Only now may the thread end: neither the waiter nor the resolver has waited for it.
    may_answer.release();
}

task<void> flood(resolver& names) {
    std::vector<future<void>> waiting;
    bool refused = false;
    // The threads take some from the queue as they start, and answer what an earlier test allowed.
    for (std::size_t i = 0; i <= 2 * (lookup_pool::queue_max + lookup_pool::threads_max); ++i) {
        future<void> next = event_loop::current().roots().start(
            expect_loopback(names, std::to_string(i) + ".example", 80));
        co_await sleep(duration::zero());
        if (next.done()) {
            refused = true;
            EXPECT_GE(i, lookup_pool::queue_max);
            EXPECT_NE(describe(next.exception()).find("too many names"), std::string::npos);
            break;
        }
        waiting.push_back(std::move(next));
    }
    EXPECT_TRUE(refused);
    may_answer.release(static_cast<std::ptrdiff_t>(waiting.size()));
    for (const future<void>& each : waiting) co_await each;
}

TEST_F(Resolver, RefusesAFlood) {
    resolver names(loop, &answer_when_allowed);
    loop.run(flood(names));
}

task<void> ask_for_numbers() {
    std::vector<address> found = co_await resolve({"::1", 80});
    EXPECT_EQ(found.front().to_string(), "[::1]:80");
    found = co_await resolve({"unix:/run/x"});
    EXPECT_EQ(found.front().to_string(), "unix:/run/x");
    found = co_await resolve({"localhost", 8080});
    EXPECT_EQ(found.front().port(), 8080);
    bool refused = false;
    try {
        co_await resolve({"", 80});
    } catch (const std::system_error&) {
        refused = true;
    }
    EXPECT_TRUE(refused);
}

TEST(Resolve, AnswersForAddressesAndNames) {
    event_loop loop;
    loop.run(ask_for_numbers());
}

}  // namespace
}  // namespace troika::net
