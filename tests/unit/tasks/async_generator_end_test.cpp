// SPDX-License-Identifier: MIT
// How generators end: cancelled, refused, destroyed, closed, misused.
#include <troika/tasks/as_completed.hpp>
#include <troika/tasks/as_result.hpp>
#include <troika/tasks/async_generator.hpp>
#include <troika/tasks/move_on_after.hpp>
#include <troika/tasks/shield.hpp>
#include <troika/tasks/task_group.hpp>
#include <troika/tasks/with_cancel_scope.hpp>

#include "core/report.hpp"
#include "unit/support/works.hpp"
#include "unit/tasks/generators.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace troika {
namespace {

using namespace std::chrono_literals;
using namespace testing_support;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(AsyncGenerator, CancelledWhileItAwaitsItIsUnwoundAndSoIsItsConsumer) {
    words log;
    virtual_loop here;
    auto main = [&]() -> task<void> {
        auto numbers = count_aloud(log, 1h);
        try {
            co_await numbers.next();
        } catch (const cancelled&) {
            log.push_back("consumer cancelled");
        }
        const cancel_scope protect({.shielded = true});
        auto end = co_await numbers.next();
        EXPECT_FALSE(end.has_value());
    };
    future<void> answer = here.start(main());
    here.loop().turn(false);
    answer.cancel();
    here.finish(answer);
    EXPECT_THAT(log, ElementsAre("begun", "cancelled", "destroyed", "consumer cancelled"));
    EXPECT_EQ(here.elapsed(), 0s);
}

TEST(AsyncGenerator, RefusedOnEntryItLosesNothing) {
    auto main = []() -> task<void> {
        auto numbers = count_to(3);
        auto one = co_await numbers.next();
        auto refused = co_await with_cancel_scope([&](cancel_scope& scope) -> task<int> {
            scope.cancel();
            auto item = co_await numbers.next();
            co_return item.value();
        });
        EXPECT_FALSE(refused.has_value());
        auto two = co_await numbers.next();
        EXPECT_EQ(*one + *two, 3);
    };
    run_virtual(main());
}

TEST(AsyncGenerator, AnItemThatBeatsTheCancellationIsDelivered) {
    auto stubborn = []() -> async_generator<int> {
        bool stopped = false;
        try {
            co_await sleep(1h);
        } catch (const cancelled&) {
            stopped = true;
        }
        if (stopped) co_yield 7;
    };
    int last = 0;
    auto drain = [&]() -> task<void> {
        auto numbers = stubborn();
        while (auto item = co_await numbers.next()) last = *item;
    };
    auto main = [&]() -> task<void> {
        bool in_time = co_await move_on_after(1s, drain());
        EXPECT_FALSE(in_time);
    };
    run_virtual(main());
    EXPECT_EQ(last, 7);
}

TEST(AsyncGenerator, CanBeCancelledAtEachTurn) {
    words log;
    auto scenario = [&]() -> task<void> {
        log.clear();
        auto numbers = count_aloud(log, 1s);
        int last = 0;
        while (last < 3) {
            auto item = co_await numbers.next();
            co_await yield_now();
            last = *item;
        }
        co_await numbers.close();
    };
    auto outcome = [&](bool was_cancelled) {
        EXPECT_EQ(std::ranges::count(log, "begun"), std::ranges::count(log, "destroyed"));
        if (!was_cancelled) {
            EXPECT_THAT(log, ElementsAre("begun", "cancelled", "destroyed"));
        }
    };
    EXPECT_GT(cancel_at_each_turn(scenario, outcome), 5u);
}

TEST(AsyncGenerator, AnOpenScopeAtACoYieldIsRefused) {
    auto leaking = []() -> async_generator<int> {
        const cancel_scope scope;
        co_yield 1;
    };
    auto main = [&]() -> task<void> {
        const cancel_scope* before = &current_task().scope();
        auto numbers = leaking();
        auto refused = co_await as_result(numbers.next());
        EXPECT_THAT(describe(refused.error()), HasSubstr("co_yield while a scope is open"));
        EXPECT_THAT(describe(refused.error()), HasSubstr("async_generator_end_test.cpp:"));
        EXPECT_EQ(&current_task().scope(), before);
        auto end = co_await numbers.next();
        EXPECT_FALSE(end.has_value());
        auto again = leaking();
        co_await again.next();
    };
    testing::internal::CaptureStderr();
    EXPECT_THROW(run_virtual(main()), std::logic_error);
    const std::string text = testing::internal::GetCapturedStderr();
    EXPECT_EQ(text.find("co_yield while a scope is open") != std::string::npos, impl::reporting);
}

TEST(AsyncGenerator, SoIsOneOfTasksThatAreStillStarted) {
    auto in_order_of_end = []() -> async_generator<int> {
        std::vector<task<int>> works;
        works.push_back(after(1s, 1));
        auto completed = as_completed(std::move(works));
        while (auto done = co_await completed.next()) co_yield done->get();
    };
    testing::internal::CaptureStderr();
    EXPECT_THROW(run_virtual(all_of(in_order_of_end())), std::logic_error);
    testing::internal::GetCapturedStderr();
}

TEST(AsyncGenerator, ScopesMayBeOpenWhileItAwaitsAndAroundItsConsumer) {
    auto careful = []() -> async_generator<int> {
        for (int i = 1; i <= 2; ++i) {
            {
                const cancel_scope scope;
                co_await sleep(1s);
            }
            bool in_time = co_await move_on_after(1s, nothing_after(1h));
            EXPECT_FALSE(in_time);
            cancel_scope left;
            left.leave();
            co_yield i;
        }
    };
    auto main = [&]() -> task<void> {
        auto numbers = careful();
        auto one = co_await numbers.next();
        const cancel_scope scope;
        auto two = co_await numbers.next();
        EXPECT_EQ(*one + *two, 3);
    };
    run_virtual(main());
}

TEST(AsyncGenerator, DestroyedEarlyItsLocalsAndParametersGo) {
    words log;
    auto kept = std::make_shared<int>(1);
    auto holds = [](words& to, std::shared_ptr<int> parameter) -> async_generator<int> {
        const leaves_word end(to, "destroyed");
        for (;;) co_yield *parameter;
    };
    auto main = [&]() -> task<void> {
        auto never_begun = holds(log, kept);
        auto numbers = holds(log, kept);
        auto item = co_await numbers.next();
        EXPECT_EQ(item, 1);
        auto moved = std::move(numbers);
        EXPECT_FALSE(numbers.valid());   // NOLINT(bugprone-use-after-move)
        auto more = co_await moved.next();
        EXPECT_EQ(more, 1);
        EXPECT_THAT(log, ElementsAre());
        moved = holds(log, kept);
        EXPECT_THAT(log, ElementsAre("destroyed"));
    };
    testing::internal::CaptureStderr();
    run_virtual(main());
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
    EXPECT_THAT(log, ElementsAre("destroyed"));
    EXPECT_EQ(kept.use_count(), 1);
}

/// Takes `time` to clean up, awaiting; tries to go on first.
async_generator<int> with_cleanup(words& log, duration time) {
    bool stopped = false;
    try {
        for (int i = 1;; ++i) co_yield i;
    } catch (const cancelled&) {
        stopped = true;
    }
    try {
        if (stopped) co_yield 0;
    } catch (const cancelled&) {
        log.push_back("refused");
    }
    const cancel_scope protect({.shielded = true});
    co_await sleep(time);
    log.push_back("cleaned up");
}

TEST(AsyncGenerator, CloseLetsTheBodyCleanUp) {
    words log;
    virtual_loop here;
    auto main = [&]() -> task<void> {
        auto numbers = with_cleanup(log, 5s);
        co_await numbers.next();
        co_await numbers.close();
        log.push_back("closed");
        auto end = co_await numbers.next();
        EXPECT_FALSE(end.has_value());
        co_await numbers.close();
    };
    here.run(main());
    EXPECT_THAT(log, ElementsAre("refused", "cleaned up", "closed"));
    EXPECT_EQ(here.elapsed(), 5s);
}

TEST(AsyncGenerator, CloseBeforeItBeganOrAfterItsEndRunsNothing) {
    words log;
    auto main = [&]() -> task<void> {
        auto never_begun = count_aloud(log, 1s);
        co_await never_begun.close();
        auto nothing = co_await never_begun.next();
        EXPECT_FALSE(nothing.has_value());
        auto none = count_to(0);
        co_await none.next();
        co_await none.close();
    };
    run_virtual(main());
    EXPECT_THAT(log, ElementsAre());
}

TEST(AsyncGenerator, CloseThrowsWhatTheBodyThrowsOnItsWay) {
    auto clumsy = []() -> async_generator<int> {
        try {
            co_yield 1;
        } catch (const cancelled&) {
            throw std::runtime_error("dropped it");
        }
    };
    auto main = [&]() -> task<void> {
        auto numbers = clumsy();
        co_await numbers.next();
        auto closed = co_await as_result(numbers.close());
        EXPECT_EQ(describe(closed.error()), "dropped it");
        auto end = co_await numbers.next();
        EXPECT_FALSE(end.has_value());
        co_await numbers.close();
    };
    run_virtual(main());
}

TEST(AsyncGenerator, CloseIsRefusedInACancelledScopeButNotInAShield) {
    words log;
    virtual_loop here;
    auto main = [&]() -> task<void> {
        auto numbers = with_cleanup(log, 5s);
        co_await numbers.next();
        try {
            co_await sleep(1h);
        } catch (const cancelled&) {
            log.push_back("cancelled");
        }
        auto refused = co_await as_result(numbers.close());
        EXPECT_TRUE(impl::is_cancelled(refused.error()));
        log.push_back("refused to close");
        const cancel_scope protect({.shielded = true});
        co_await shield(numbers.close());
    };
    future<void> answer = here.start(main());
    here.loop().turn(false);
    answer.cancel();
    here.finish(answer);
    EXPECT_THAT(log, ElementsAre("cancelled", "refused to close", "refused", "cleaned up"));
    EXPECT_EQ(here.elapsed(), 5s);
}

TEST(AsyncGenerator, ACancellationWhileItIsClosedEndsTheCleanUpAndIsMetAtTheNextAwait) {
    auto slow_to_go = []() -> async_generator<int> {
        bool stopped = false;
        try {
            co_yield 1;
        } catch (const cancelled&) {
            stopped = true;
        }
        if (stopped) co_await sleep(1h);
    };
    virtual_loop here;
    auto main = [&]() -> task<void> {
        auto numbers = slow_to_go();
        co_await numbers.next();
        auto close_and_go_on = [&]() -> task<void> {
            co_await numbers.close();
            co_await yield_now();
        };
        bool in_time = co_await move_on_after(1s, close_and_go_on());
        EXPECT_FALSE(in_time);
    };
    here.run(main());
    EXPECT_EQ(here.elapsed(), 1s);
}

TEST(AsyncGenerator, TasksMayAskInTurn) {
    auto numbers = count_slowly(1s, 3);
    auto main = [&]() -> task<void> {
        int sum = 0;
        for (int i = 0; i < 3; ++i)
            co_await with_task_group([&](task_group& group) -> task<void> {
                auto ask = [&]() -> task<void> {
                    auto item = co_await numbers.next();
                    sum += *item;
                };
                group.create_task(ask);
                co_return;
            });
        EXPECT_EQ(sum, 6);
    };
    run_virtual(main());
}

TEST(AsyncGenerator, MisuseEndsTheProgram) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    auto two_at_once = []() -> task<void> {
        auto numbers = count_slowly(1s, 3);
        co_await with_task_group([&](task_group& group) -> task<void> {
            auto ask = [&]() -> task<void> { co_await numbers.next(); };
            group.create_task(ask);
            group.create_task(ask);
            co_return;
        });
    };
    auto closed_while_asked = []() -> task<void> {
        auto numbers = count_slowly(1s, 3);
        co_await with_task_group([&](task_group& group) -> task<void> {
            auto ask = [&]() -> task<void> { co_await numbers.next(); };
            group.create_task(ask);
            group.create_task(numbers.close());
            co_return;
        });
    };
    auto destroyed_while_asked = []() -> task<void> {
        co_await with_task_group([](task_group& group) -> task<void> {
            auto numbers = count_slowly(1s, 3);
            auto ask = [&]() -> task<void> { co_await numbers.next(); };
            group.create_task(ask);
            co_await yield_now();
        });
    };
    auto moved_from = []() -> task<void> {
        auto numbers = count_to(1);
        auto taken = std::move(numbers);
        co_await numbers.next();   // NOLINT(bugprone-use-after-move)
    };
    EXPECT_DEATH(run_virtual(two_at_once()), "another one is under way.*\n.*count_slowly");
    EXPECT_DEATH(run_virtual(closed_while_asked()), "another one is under way");
    EXPECT_DEATH(run_virtual(destroyed_while_asked()), "destroyed while its body runs");
    EXPECT_DEATH(run_virtual(moved_from()), "moved from");
}

}  // namespace
}  // namespace troika
