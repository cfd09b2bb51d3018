// SPDX-License-Identifier: MIT
#include <troika/core/context_var.hpp>
#include <troika/loop/run.hpp>
#include <troika/pool/fork_join.hpp>
#include <troika/pool/thread_pool.hpp>
#include <troika/tasks/gather.hpp>
#include <troika/tasks/resume_on.hpp>
#include <troika/tasks/sleep.hpp>
#include <troika/tasks/task_group.hpp>
#include <troika/tasks/with_timeout.hpp>
#include <troika/tasks/yield_now.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

namespace troika {
namespace {

using namespace std::chrono_literals;

std::thread::id here() { return std::this_thread::get_id(); }

// What a coroutine that moves is told of: where it was before, there, and afterwards.
struct places {
    std::thread::id there;
    bool was_pool = false;
};

task<places> go_there(thread_pool& threads) {
    co_await resume_on(threads);
    places seen;
    seen.there = here();
    seen.was_pool = &current_task().home() == &threads.home();
    co_return seen;
}

TEST(ResumeOnPool, GoesOnThereAndTheAwaiterWhereItWas) {
    thread_pool threads{{.workers = 2}};
    run([](thread_pool& pool) -> task<void> {
        const auto home = here();
        const places seen = co_await go_there(pool);
        EXPECT_TRUE(seen.was_pool);
        EXPECT_NE(seen.there, home);
        EXPECT_EQ(here(), home);
    }(threads));
}

task<std::pair<std::thread::id, std::thread::id>> there_and_back(thread_pool& threads,
                                                                 event_loop& loop) {
    co_await resume_on(threads);
    const auto there = here();
    co_await resume_on(loop);
    co_return {there, here()};
}

TEST(ResumeOnPool, ComesBackWhenAsked) {
    thread_pool threads{{.workers = 2}};
    run([](thread_pool& pool) -> task<void> {
        for (int i = 0; i < 100; ++i) {
            const auto both = co_await there_and_back(pool, event_loop::current());
            EXPECT_NE(both.first, here());
            EXPECT_EQ(both.second, here());
        }
    }(threads));
}

task<int> fails_there(thread_pool& threads) {
    co_await resume_on(threads);
    throw std::runtime_error("there");
}

TEST(ResumeOnPool, BringsBackWhatIsThrown) {
    thread_pool threads{{.workers = 1}};
    run([](thread_pool& pool) -> task<void> {
        std::string what;
        try {
            static_cast<void>(co_await fails_there(pool));
        } catch (const std::runtime_error& error) {
            what = error.what();
        }
        EXPECT_EQ(what, "there");
        EXPECT_EQ(&current_task().home(), &event_loop::current());
    }(threads));
}

task<int> root_that_moves(thread_pool& threads) {
    co_await resume_on(threads);
    co_return 7;
}

TEST(ResumeOnPool, TheRootOfATaskMayMove) {
    thread_pool threads{{.workers = 2}};
    EXPECT_EQ(run(root_that_moves(threads)), 7);
    thread_pool others{{.workers = 1}};
    EXPECT_EQ(threads.submit(root_that_moves(others)).get(), 7);
}

task<int> between_pools(thread_pool& one, thread_pool& other) {
    int found = 0;
    for (int i = 0; i < 50; ++i) {
        co_await resume_on(one);
        if (&current_task().home() == &one.home()) ++found;
        co_await resume_on(other);
        if (&current_task().home() == &other.home()) ++found;
        co_await yield_now();
    }
    co_return found;
}

TEST(ResumeOnPool, HopsFromPlaceToPlace) {
    thread_pool one{{.workers = 2}};
    thread_pool other{{.workers = 2}};
    EXPECT_EQ(run(between_pools(one, other)), 100);
}

task<void> sleeps_there(thread_pool& threads, bool& was_cancelled) {
    co_await resume_on(threads);
    try {
        co_await sleep(1h);
    } catch (const cancelled&) {
        was_cancelled = true;
        throw;
    }
}

TEST(ResumeOnPool, ACancellationFollows) {
    thread_pool threads{{.workers = 1}};
    bool was_cancelled = false;
    run([](thread_pool& pool, bool& seen) -> task<void> {
        bool late = false;
        try {
            co_await with_timeout(20ms, [&](cancel_scope&) -> task<void> {
                co_await sleeps_there(pool, seen);
            });
        } catch (const timeout_error&) {
            late = true;
        }
        EXPECT_TRUE(late);
    }(threads, was_cancelled));
    EXPECT_TRUE(was_cancelled);
}

const context_var<int> number(0);

task<void> changes_it_there(thread_pool& threads) {
    EXPECT_EQ(number.get(), 1);
    co_await resume_on(threads);
    EXPECT_EQ(number.get(), 1);
    number.set(2);
}

TEST(ResumeOnPool, ContextVariablesGoAlongAndComeBack) {
    thread_pool threads{{.workers = 1}};
    run([](thread_pool& pool) -> task<void> {
        number.set(1);
        co_await changes_it_there(pool);
        EXPECT_EQ(number.get(), 2);
    }(threads));
}

task<int> part(thread_pool& threads, int value) {
    co_await resume_on(threads);
    co_await yield_now();
    co_return value;
}

task<int> forks_there(thread_pool& threads) {
    co_await resume_on(threads);
    auto parts = co_await fork_join(part(threads, 1), part(threads, 2), part(threads, 4));
    auto& [a, b, c] = parts;
    co_return a + b + c;
}

TEST(ResumeOnPool, WorksWithForksAndGroups) {
    thread_pool threads{{.workers = 2}};
    run([](thread_pool& pool) -> task<void> {
        for (int i = 0; i < 200; ++i) {
            auto both = co_await gather(forks_there(pool), part(pool, 3));
            auto& [forked, plain] = both;
            EXPECT_EQ(forked, 7);
            EXPECT_EQ(plain, 3);
        }
    }(threads));
}

}  // namespace
}  // namespace troika
