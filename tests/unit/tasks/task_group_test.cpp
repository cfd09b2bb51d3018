// SPDX-License-Identifier: MIT
#include <troika/tasks/task_group.hpp>
#include <troika/tasks/with_cancel_scope.hpp>

#include "unit/support/works.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace troika {
namespace {

using namespace std::chrono_literals;
using namespace testing_support;

TEST(TaskGroup, WaitsForAllItsTasks) {
    std::vector<int> log;
    auto note = [&](duration time, int what) -> task<void> {
        co_await sleep(time);
        log.push_back(what);
    };
    virtual_loop here;
    here.run(with_task_group([&](task_group& group) -> task<void> {
        group.create_task(note(2s, 2));
        group.create_task(note(1s, 1));
        log.push_back(0);
        co_return;
    }));
    EXPECT_THAT(log, testing::ElementsAre(0, 1, 2));
    EXPECT_EQ(here.elapsed(), 2s);
}

TEST(TaskGroup, PassesTheResultOfTheBodyOn) {
    auto box = run_virtual(with_task_group([](task_group& group) -> task<std::unique_ptr<int>> {
        future<int> six = group.create_task(after(1s, 6), {.name = "six"});
        const int value = co_await six;
        co_return std::make_unique<int>(value * 7);
    }));
    EXPECT_EQ(*box, 42);
}

TEST(TaskGroup, KeepsACapturingCallableAlive) {
    auto words = run_virtual(with_task_group([](task_group& group) -> task<std::string> {
        std::string text = "a text that is too long to be kept in place";
        future<std::string> answer = group.create_task(
            [copy = text]() -> task<std::string> {
                co_await sleep(1s);
                co_return copy + "!";
            },
            {.name = "lambda"});
        co_return co_await answer;
    }));
    EXPECT_EQ(words, "a text that is too long to be kept in place!");
}

TEST(TaskGroup, KeepsTheBodyAliveWhereTheCallIsNotAwaitedAtOnce) {
    virtual_loop here;
    future<std::string> answer;
    {
        auto text = std::make_shared<std::string>("kept");
        answer = here.start(with_task_group([text](task_group&) -> task<std::string> {
            co_await sleep(1s);
            co_return *text;
        }));
    }
    here.finish(answer);
    EXPECT_EQ(answer.get(), "kept");
}

std::vector<std::string> errors_of(const exception_group& group) {
    std::vector<std::string> texts;
    for (const std::exception_ptr& each : group.errors()) texts.push_back(describe(each));
    return texts;
}

TEST(TaskGroup, AFailureCancelsTheOthersAndTheBody) {
    std::vector<std::string> errors;
    virtual_loop here;
    auto main = [&]() -> task<void> {
        try {
            co_await with_task_group([](task_group& group) -> task<void> {
                group.create_task(fail_after(1s, "child"));
                group.create_task(nothing_after(1h));
                co_await sleep(2h);
            });
        } catch (const exception_group& group) {
            errors = errors_of(group);
        }
    };
    here.run(main());
    EXPECT_THAT(errors, testing::ElementsAre("child"));   // never a cancellation
    EXPECT_EQ(here.elapsed(), 1s);
}

TEST(TaskGroup, CollectsAllErrorsInTheOrderInWhichTheyHappened) {
    auto fails_when_cancelled = [](duration time, const char* text) -> task<void> {
        bool stopped = false;
        try {
            co_await sleep(1h);
        } catch (const cancelled&) {
            stopped = true;
        }
        const cancel_scope protect({.shielded = true});
        if (stopped) co_await sleep(time);
        throw std::runtime_error(text);
    };
    try {
        run_virtual(with_task_group([&](task_group& group) -> task<int> {
            group.create_task(fails_when_cancelled(2s, "third"));
            group.create_task(fails_when_cancelled(1s, "second"));
            co_await sleep(1s);
            throw std::runtime_error("body");
        }));
        ADD_FAILURE() << "nothing was thrown";
    } catch (const exception_group& group) {
        EXPECT_THAT(errors_of(group), testing::ElementsAre("body", "second", "third"));
        EXPECT_THAT(group.what(), testing::HasSubstr("3 errors"));
    }
}

TEST(TaskGroup, ABodyThatAwaitsTheFailedChildIsCancelledAsAnyOther) {
    EXPECT_THROW(run_virtual(with_task_group([](task_group& group) -> task<void> {
                     future<int> answer = group.create_task(fail_after(1s, "seen"));
                     bool was_cancelled = false;
                     try {
                         co_await answer;
                     } catch (const cancelled&) {
                         was_cancelled = true;
                     }
                     EXPECT_TRUE(was_cancelled);
                 })),
                 exception_group);
}

TEST(TaskGroup, CancelledWhileItWaitsForItsTasksThrowsCancelled) {
    virtual_loop here;
    future<void> answer = here.start(with_task_group([](task_group& group) -> task<void> {
        group.create_task(nothing_after(1h));
        co_return;
    }));
    here.loop().turn(false);
    answer.cancel();
    here.finish(answer);
    EXPECT_THROW(answer.get(), cancelled);
}

TEST(TaskGroup, GivesItsValueWhenTheTasksWonAgainstACancellation) {
    virtual_loop here;
    future<int> answer = here.start(with_task_group([](task_group& group) -> task<int> {
        group.create_task(value_when_cancelled(1));
        co_return 5;
    }));
    here.loop().turn(false);
    answer.cancel();
    here.finish(answer);
    EXPECT_EQ(answer.get(), 5);
}

TEST(TaskGroup, CancelledFromOutsideCancelsAllAndThrowsCancelled) {
    std::vector<std::string> log;
    virtual_loop here;
    future<void> answer =
        here.start(with_task_group([&](task_group& group) -> task<void> {
            group.create_task(clean_up_slowly(2s, log));
            co_await sleep(1h);
        }));
    here.loop().turn(false);
    answer.cancel();
    here.finish(answer);
    EXPECT_THROW(answer.get(), cancelled);
    EXPECT_THAT(log, testing::ElementsAre("cleaned up"));
}

TEST(TaskGroup, ErrorsWinOverACancellationThatTheNextAwaitMeets) {
    std::vector<std::string> log;
    virtual_loop here;
    auto fails_when_cancelled = []() -> task<void> {
        try {
            co_await sleep(1h);
        } catch (const cancelled&) {
            throw std::runtime_error("while ending");
        }
    };
    auto main = [&]() -> task<void> {
        try {
            co_await with_task_group([&](task_group& group) -> task<void> {
                group.create_task(fails_when_cancelled());
                co_await sleep(1h);
            });
        } catch (const exception_group&) {
            log.push_back("errors");
        }
        try {
            co_await yield_now();
        } catch (const cancelled&) {
            log.push_back("cancelled");
            throw;
        }
    };
    future<void> answer = here.start(main());
    here.loop().turn(false);
    answer.cancel();
    here.finish(answer);
    EXPECT_THROW(answer.get(), cancelled);
    EXPECT_THAT(log, testing::ElementsAre("errors", "cancelled"));
}

TEST(TaskGroup, CancelEndsItWithoutAnError) {
    virtual_loop here;
    bool after_group = false;
    auto main = [&]() -> task<void> {
        co_await with_task_group([](task_group& group) -> task<void> {
            group.create_task(nothing_after(1h));
            group.cancel();
            co_await sleep(1h);
        });
        co_await sleep(1s);
        after_group = true;
    };
    here.run(main());
    EXPECT_TRUE(after_group);
    EXPECT_EQ(here.elapsed(), 1s);
}

TEST(TaskGroup, CancelCutsABodyWithAResultShort) {
    EXPECT_THROW(run_virtual(with_task_group([](task_group& group) -> task<int> {
                     group.cancel();
                     co_await sleep(1h);
                     co_return 1;
                 })),
                 cancelled);
    EXPECT_EQ(run_virtual(with_task_group([](task_group& group) -> task<int> {
                  group.cancel();
                  co_return 1;   // no await: it has its value
              })),
              1);
}

TEST(TaskGroup, ATaskMadeInACancelledGroupNeverRuns) {
    bool ran = false;
    testing::internal::CaptureStderr();
    run_virtual(with_task_group([&](task_group& group) -> task<void> {
        group.cancel();
        future<void> late = group.create_task([&]() -> task<void> { ran = true; co_return; });
        future<int> other = group.create_task(after(1s, 1));
        const cancel_scope protect({.shielded = true});
        EXPECT_TRUE(other.cancel());
        co_await impl::until_done(impl::future_access::core(late));
        co_await impl::until_done(impl::future_access::core(other));
        EXPECT_TRUE(impl::is_cancelled(late.exception()));
        EXPECT_TRUE(impl::is_cancelled(other.exception()));
    }));
    EXPECT_FALSE(ran);
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(TaskGroup, OneCancelledChildDisturbsNobody) {
    virtual_loop here;
    here.run(with_task_group([](task_group& group) -> task<void> {
        future<int> victim = group.create_task(after(1h, 1));
        future<int> other = group.create_task(after(2s, 2));
        co_await sleep(1s);
        victim.cancel();
        EXPECT_EQ(co_await other, 2);
    }));
    EXPECT_EQ(here.elapsed(), 2s);
}

TEST(TaskGroup, ABodyEndedByACancelledFutureEndsTheGroup) {
    virtual_loop here;
    future<int> other = here.start(after(1h, 1));
    auto main = [&]() -> task<void> {
        other.cancel();
        co_await with_task_group([&](task_group& group) -> task<void> {
            group.create_task(nothing_after(1h));
            co_await other;
        });
    };
    EXPECT_THROW(here.run(main()), cancelled);
    EXPECT_EQ(here.elapsed(), 0s);
}

TEST(TaskGroup, AChildMayStartOthersWhileTheGroupEnds) {
    std::vector<int> log;
    virtual_loop here;
    here.run(with_task_group([&](task_group& group) -> task<void> {
        group.create_task([&]() -> task<void> {
            co_await sleep(1s);
            group.create_task([&]() -> task<void> {
                co_await sleep(1s);
                log.push_back(2);
            });
            log.push_back(1);
        });
        co_return;
    }));
    EXPECT_THAT(log, testing::ElementsAre(1, 2));
    EXPECT_EQ(here.elapsed(), 2s);
}

TEST(TaskGroup, RefusesTasksWhenEverythingInItHasEnded) {
    testing::internal::CaptureStderr();
    virtual_loop here;
    task_group* ended = nullptr;
    bool refused = false;
    auto intruder = [&]() -> task<void> {
        // Its turn comes after the group's last task has ended, before the group's own.
        while (ended->task_count() != 0) co_await yield_now();
        try {
            ended->create_task(nothing_after(1s));
        } catch (const std::logic_error&) {
            refused = true;
        }
    };
    auto child = [&]() -> task<void> {
        co_await yield_now();
        co_await yield_now();
    };
    auto main = [&]() -> task<void> {
        co_await with_task_group([&](task_group& group) -> task<void> {
            ended = &group;
            group.create_task(child());
            here.start(intruder());
            co_return;
        });
    };
    here.run(main());
    EXPECT_TRUE(refused);
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");   // the refused task was dropped quietly
}

TEST(TaskGroup, NestedGroupsEndFromTheInside) {
    std::vector<std::string> log;
    EXPECT_THROW(run_virtual(with_task_group([&](task_group& outer) -> task<void> {
                     outer.create_task(fail_after(1s, "outer"));
                     co_await with_task_group([&](task_group& inner) -> task<void> {
                         inner.create_task(clean_up_slowly(1s, log));
                         co_return;
                     });
                     log.push_back("not reached");
                 })),
                 exception_group);
    EXPECT_THAT(log, testing::ElementsAre("cleaned up"));
}

TEST(TaskGroup, CanBeCancelledAtEachAwait) {
    auto scenario = []() -> task<void> {
        auto value = co_await with_task_group([](task_group& group) -> task<std::unique_ptr<int>> {
            future<std::unique_ptr<int>> box = group.create_task(box_after(2s, 1));
            group.create_task([]() -> task<void> {
                co_await with_task_group([](task_group& inner) -> task<void> {
                    inner.create_task(nothing_after(3s));
                    co_await yield_now();
                });
            });
            co_return co_await std::move(box);
        });
        EXPECT_EQ(*value, 1);
    };
    EXPECT_GT(cancel_at_each_turn(scenario), 6u);
}

TEST(TaskGroup, FailsAtEachAwaitOfASiblingWithoutLeaks) {
    for (int turns = 0; turns < 12; ++turns) {
        auto fails = [](int after_turns) -> task<void> {
            for (int i = 0; i < after_turns; ++i) co_await yield_now();
            throw std::runtime_error("now");
        };
        EXPECT_THROW(run_virtual(with_task_group([&](task_group& group) -> task<void> {
                         group.create_task(fails(turns));
                         group.create_task(box_after(1s, 1));
                         for (int i = 0; i < 6; ++i) co_await yield_now();
                     })),
                     exception_group);
    }
}

}  // namespace
}  // namespace troika
