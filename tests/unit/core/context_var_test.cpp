// SPDX-License-Identifier: MIT
#include <troika/core/context_var.hpp>

#include "unit/support/works.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace troika {
namespace {

using namespace std::chrono_literals;
using namespace testing_support;

TEST(ContextVar, HasAFallback) {
    const context_var<int> number(5);
    const context_var<std::string> text;
    EXPECT_EQ(number.get(), 5);
    EXPECT_THROW(static_cast<void>(text.get()), std::logic_error);
}

TEST(ContextVar, BelongsToATask) {
    const context_var<std::string> user(std::string("nobody"));
    std::vector<std::string> log;
    virtual_loop here;
    auto reads = [&]() -> task<void> {
        co_await yield_now();
        log.push_back(user.get());
        user.set("changed");   // seen by nobody else
    };
    auto main = [&]() -> task<void> {
        user.set("alice");
        future<void> first = here.start(reads());   // starts with what it is now
        user.set("bob");
        future<void> second = here.start(reads());
        co_await first;
        co_await second;
        log.push_back(user.get());
    };
    here.run(main());
    EXPECT_THAT(log, testing::ElementsAre("alice", "bob", "bob"));
    EXPECT_EQ(user.get(), "nobody");
}

TEST(ContextVar, IsSeenByCoroutinesOfTheSameTask) {
    const context_var<int> depth(0);
    auto inner = [&]() -> task<int> { co_return depth.get(); };
    auto main = [&]() -> task<void> {
        int seen = 0;
        {
            const context_var<int>::bound outer(depth, 1);
            {
                const context_var<int>::bound nested(depth, 2);
                seen = co_await inner();
                EXPECT_EQ(seen, 2);
            }
            seen = co_await inner();
            EXPECT_EQ(seen, 1);
        }
        EXPECT_EQ(depth.get(), 0);
    };
    run_virtual(main());
}

TEST(ContextVar, ValuesGoWithTheLastTaskThatSeesThem) {
    const context_var<std::shared_ptr<int>> held;
    auto value = std::make_shared<int>(1);
    virtual_loop here;
    auto child = []() -> task<void> { co_await sleep(1s); };
    auto main = [&]() -> task<void> {
        held.set(value);
        future<void> other = here.start(child());
        held.set(nullptr);
        EXPECT_EQ(value.use_count(), 2);
        co_await other;
    };
    here.run(main());
    EXPECT_EQ(value.use_count(), 1);
}

}  // namespace
}  // namespace troika
