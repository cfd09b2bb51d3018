// SPDX-License-Identifier: MIT
#include "os/fiber.hpp"

#include <gtest/gtest.h>

#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

namespace troika::os {
namespace {

/// Runs functions on a fiber of its own; `leave` goes back to the test.
struct stage {
    fiber test;
    fiber other{64 * 1024};
    std::function<void()> act;

    void begin() {
        other.prepare(
            [](void* self) noexcept {
                auto& s = *static_cast<stage*>(self);
                s.act();
                s.leave();
            },
            this);
        enter();
    }
    void enter() { test.switch_to(other); }
    void leave() { other.switch_to(test); }
};

}  // namespace

TEST(fiber, stops_anywhere_and_goes_on_there) {
    stage s;
    std::string said;
    s.act = [&] {
        for (int i = 0; i < 3; ++i) {
            said += std::to_string(i);
            s.leave();
        }
        said += "end";
    };
    s.begin();
    said += "a";
    s.enter();
    said += "b";
    s.enter();
    said += "c";
    s.enter();
    EXPECT_EQ(said, "0a1b2cend");
}

TEST(fiber, runs_another_function_when_prepared_again) {
    stage s;
    int calls = 0;
    s.act = [&] { ++calls; };
    for (int i = 0; i < 3; ++i) s.begin();
    EXPECT_EQ(calls, 3);
}

TEST(fiber, two_fibers_switch_to_each_other) {
    fiber test;
    fiber ping(64 * 1024);
    fiber pong(64 * 1024);
    struct game {
        fiber *test, *ping, *pong;
        int turns = 0;
    } g{&test, &ping, &pong};
    ping.prepare(
        [](void* argument) noexcept {
            auto& now = *static_cast<game*>(argument);
            while (now.turns < 10) {
                ++now.turns;
                now.ping->switch_to(*now.pong);
            }
            now.ping->switch_to(*now.test);
        },
        &g);
    pong.prepare(
        [](void* argument) noexcept {
            auto& now = *static_cast<game*>(argument);
            for (;;) {
                ++now.turns;
                now.pong->switch_to(*now.ping);
            }
        },
        &g);
    test.switch_to(ping);
    EXPECT_EQ(g.turns, 10);
}

TEST(fiber, keeps_the_exceptions_that_it_handles) {
    stage s;
    std::string seen;
    s.act = [&] {
        try {
            throw std::runtime_error("inner");
        } catch (const std::runtime_error&) {
            s.leave();
            try {
                throw;
            } catch (const std::exception& error) {
                seen = error.what();
            }
        }
    };
    s.begin();
    EXPECT_EQ(std::current_exception(), nullptr);
    try {
        throw std::runtime_error("outer");
    } catch (const std::exception& error) {
        s.enter();
        EXPECT_STREQ(error.what(), "outer");
        EXPECT_NE(std::current_exception(), nullptr);
    }
    EXPECT_EQ(seen, "inner");
    EXPECT_EQ(std::uncaught_exceptions(), 0);
}

TEST(fiber, forgets_what_ran_there_when_prepared_again) {
    stage s;
    int ends = 0;
    struct counting {
        int* ends;
        ~counting() { ++*ends; }
    };
    s.act = [&] {
        const counting on_stack{&ends};
        const auto owned = std::make_unique<int>(7);
        s.leave();
        EXPECT_EQ(*owned, 7);
    };
    s.begin();
    s.act = [] {};
    s.begin();
    EXPECT_EQ(ends, 0);
}

TEST(fiber, has_the_stack_that_was_asked_for) {
    stage s;
    std::size_t sum = 0;
    s.act = [&] {
        volatile char room[48 * 1024];
        for (std::size_t i = 0; i < sizeof room; i += 512) room[i] = 1;
        for (std::size_t i = 0; i < sizeof room; i += 512)
            sum += static_cast<std::size_t>(room[i]);
    };
    s.begin();
    EXPECT_EQ(sum, 96u);
}

}  // namespace troika::os
