// SPDX-License-Identifier: MIT
#include <troika/pool/thread_pool.hpp>

#include <troika/core/errors.hpp>
#include <troika/core/trace.hpp>
#include <troika/loop/event_loop.hpp>
#include <troika/loop/run.hpp>
#include <troika/sync/event.hpp>
#include <troika/tasks/sleep.hpp>
#include <troika/tasks/yield_now.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <pthread.h>

namespace troika {
namespace {

using namespace std::chrono_literals;

int doubled(int value) { return 2 * value; }

TEST(ThreadPool, GivesTheResultsOfItsJobs) {
    thread_pool threads{{.workers = 2}};
    std::vector<future<int>> answers;
    for (int i = 0; i < 1000; ++i) answers.push_back(threads.submit([i] { return i; }));
    for (int i = 0; i < 1000; ++i) EXPECT_EQ(answers[static_cast<std::size_t>(i)].get(), i);
}

TEST(ThreadPool, RefusesToHaveNoWorkers) {
    EXPECT_THROW(thread_pool{{.workers = 0}}, std::invalid_argument);
}

TEST(ThreadPool, ModelsAnExecutor) { static_assert(executor<thread_pool>); }

TEST(ThreadPool, HasAWorkerForEachProcessorItMayUse) {
    thread_pool threads;
    EXPECT_GE(threads.size(), 1u);
    EXPECT_LE(threads.size(), std::thread::hardware_concurrency());
    thread_pool three{{.workers = 3}};
    EXPECT_EQ(three.size(), 3u);
}

TEST(ThreadPool, CallsWithArguments) {
    struct counter {
        int value = 40;
        [[nodiscard]] int plus(int more) const { return value + more; }
        int operator()(const std::string& text) && { return value + static_cast<int>(text.size()); }
    };
    thread_pool threads{{.workers = 2}};
    EXPECT_EQ(threads.submit(doubled, 4).get(), 8);
    EXPECT_EQ(threads.submit(&doubled, 5).get(), 10);
    EXPECT_EQ(threads.submit(&counter::plus, counter{}, 2).get(), 42);
    EXPECT_EQ(threads.submit(counter{}, "four").get(), 44);
    int changed = 1;
    threads.submit([](int& into) { into = 2; }, std::ref(changed)).get();
    EXPECT_EQ(changed, 2);
}

TEST(ThreadPool, CopiesArgumentsAndMovesWhatMayMove) {
    thread_pool threads{{.workers = 1}};
    event gate;
    auto held = threads.submit([&] { gate.wait().block(); });
    std::string text = "before";
    auto answer = threads.submit([](const std::string& copy) { return copy; }, text);
    text = "after";
    auto box = threads.submit([](std::unique_ptr<int> of) { return *of; },
                              std::make_unique<int>(7));
    auto kept = threads.submit([own = std::make_unique<int>(8)] { return *own; });
    gate.set();
    EXPECT_EQ(answer.get(), "before");
    EXPECT_EQ(box.get(), 7);
    EXPECT_EQ(kept.get(), 8);
    held.get();
}

TEST(ThreadPool, GivesWhatCanOnlyBeMoved) {
    thread_pool threads{{.workers = 1}};
    auto answer = threads.submit([] { return std::make_unique<int>(3); });
    EXPECT_EQ(*std::move(answer).get(), 3);
}

TEST(ThreadPool, GivesReferencesAndNothing) {
    thread_pool threads{{.workers = 1}};
    int value = 1;
    future<int&> answer = threads.submit([&]() -> int& { return value; });
    EXPECT_EQ(&answer.get(), &value);
    future<void> nothing = threads.submit([&] { value = 2; });
    nothing.get();
    EXPECT_EQ(value, 2);
}

TEST(ThreadPool, GivesWhatAJobThrewWhateverItIs) {
    thread_pool threads{{.workers = 2}};
    EXPECT_THROW(threads.submit([] { throw 42; }).get(), int);
    EXPECT_THROW(threads.submit([]() -> int { throw std::runtime_error("no"); }).get(),
                 std::runtime_error);
    EXPECT_THROW(threads.submit([] { throw std::string("text"); }).get(), std::string);
    EXPECT_THROW(threads.submit([] { throw cancelled{}; }).get(), cancelled);
    EXPECT_EQ(threads.submit(doubled, 1).get(), 2);
}

TEST(ThreadPool, ADroppedFutureChangesNothing) {
    std::atomic<int> ran{0};
    {
        thread_pool threads{{.workers = 2}};
        for (int i = 0; i < 100; ++i) static_cast<void>(threads.submit([&] { ++ran; }));
    }
    EXPECT_EQ(ran, 100);
}

TEST(ThreadPool, DestroysACallableAtItsEndNotWithItsFuture) {
    auto token = std::make_shared<int>(0);
    const std::weak_ptr<int> watch = token;
    thread_pool threads{{.workers = 1}};
    auto answer = threads.submit([own = std::move(token)] { return *own; });
    EXPECT_EQ(answer.get(), 0);
    threads.submit([] {}).get();
    EXPECT_TRUE(watch.expired());
}

task<int> add(int a, int b) {
    co_await yield_now();
    co_return a + b;
}

TEST(ThreadPool, RunsTasks) {
    thread_pool threads{{.workers = 2}};
    future<int> answer = threads.submit(add(1, 2), {.name = "sum"});
    EXPECT_EQ(answer.get(), 3);
    auto failing = []() -> task<void> {
        co_await yield_now();
        throw 5;
    };
    EXPECT_THROW(threads.submit(failing()).get(), int);
}

TEST(ThreadPool, KeepsTheCapturesOfACoroutineLambda) {
    thread_pool threads{{.workers = 2}};
    std::vector<future<std::string>> answers;
    for (int i = 0; i < 100; ++i) {
        answers.push_back(
            threads.submit([text = std::string(100, static_cast<char>('a' + i % 26))]()
                               -> task<std::string> {
                co_await yield_now();
                co_return text;
            }));
    }
    for (int i = 0; i < 100; ++i)
        EXPECT_EQ(answers[static_cast<std::size_t>(i)].get(),
                  std::string(100, static_cast<char>('a' + i % 26)));
}

std::uint64_t deep(thread_pool& threads, std::uint64_t depth) {
    if (depth == 0) return 0;
    return 1 + threads.submit([&threads, depth] { return deep(threads, depth - 1); }).get();
}

// Sanitizers keep more of each call, on stacks of their own.
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr std::uint64_t depth_max = 2'000;
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
constexpr std::uint64_t depth_max = 2'000;
#else
constexpr std::uint64_t depth_max = 100'000;
#endif
#else
constexpr std::uint64_t depth_max = 100'000;
#endif

TEST(ThreadPool, WaitsOfJobsForJobsNestAsDeepAsMemoryAllows) {
    for (const std::size_t workers : {1u, 2u}) {
        thread_pool threads{{.workers = workers}};
        EXPECT_EQ(deep(threads, depth_max), depth_max);
        EXPECT_EQ(threads.submit([&] { return deep(threads, depth_max / 5); }).get(),
                  depth_max / 5);
    }
}

TEST(ThreadPool, AJobWaitsForAJobThatRunsElsewhere) {
    thread_pool threads{{.workers = 2}};
    event begun;
    event gate;
    auto slow = threads.submit([&] {
        begun.set();
        gate.wait().block();
        return 6;
    });
    begun.wait().block();
    auto waiting = threads.submit([&] { return slow.get() + 1; });
    // The others go on meanwhile, though both workers' threads wait.
    for (int i = 0; i < 100; ++i) EXPECT_EQ(threads.submit(doubled, i).get(), 2 * i);
    EXPECT_FALSE(waiting.done());
    gate.set();
    EXPECT_EQ(waiting.get(), 7);
}

TEST(ThreadPool, JobsThatBlockDoNotStopTheOthers) {
    constexpr int blocked_count = 20;
    thread_pool threads{{.workers = 2}};
    event gate;
    std::vector<future<void>> blocked;
    for (int i = 0; i < blocked_count; ++i)
        blocked.push_back(threads.submit([&] { gate.wait().block(); }));
    // The last in line opens the gate.
    threads.submit([&] { gate.set(); }).get();
    for (auto& each : blocked) each.get();
    EXPECT_EQ(threads.submit(doubled, 1).get(), 2);
}

TEST(ThreadPool, WaitForALimitedTimeComesBack) {
    thread_pool threads{{.workers = 1}};
    event gate;
    auto never_soon = threads.submit([&] { gate.wait().block(); });
    EXPECT_FALSE(never_soon.wait_for(1ms));
    auto inside = threads.submit([&] { return never_soon.wait_for(1ms); });
    EXPECT_FALSE(inside.get());
    gate.set();
    EXPECT_TRUE(never_soon.wait_for(std::chrono::hours(1)));
}

TEST(ThreadPool, RefusesWorkAfterShutdown) {
    thread_pool threads{{.workers = 1}};
    threads.shutdown();
    EXPECT_THROW(static_cast<void>(threads.submit([] {})), std::runtime_error);
    EXPECT_THROW(static_cast<void>(threads.submit(add(1, 1))), std::runtime_error);
    EXPECT_THROW(static_cast<void>(threads.submit(doubled, 1)), std::runtime_error);
    threads.shutdown();
    threads.shutdown({.cancel_pending = true});
}

struct shut_down_results {
    int ran = 0;
    int refused = 0;
};

/// Shuts down a pool of one worker that is held in a job, with jobs and tasks behind it.
shut_down_results shut_down_with_work(shutdown_options how) {
    constexpr int queued = 50;
    shut_down_results found;
    std::atomic<int> ran{0};
    std::vector<future<void>> answers;
    event begun;
    event gate;
    future<void> running;
    auto counting = [&]() -> task<void> {
        ++ran;
        co_return;
    };
    {
        thread_pool threads{{.workers = 1}};
        running = threads.submit([&] {
            begun.set();
            // Not blocking in the library's way, which would let another thread take over.
            while (!gate.is_set()) std::this_thread::yield();
        });
        begun.wait().block();
        for (int i = 0; i < queued; ++i) {
            answers.push_back(threads.submit([&] { ++ran; }));
            answers.push_back(threads.submit(counting()));
        }
        std::thread open;
        if (how.wait)
            open = std::thread([&] {
                // Once nothing is accepted any more, shutdown() is under way.
                for (bool closed = false; !closed;) {
                    try {
                        answers.push_back(threads.submit([&] { ++ran; }));
                    } catch (const std::runtime_error&) {
                        closed = true;
                    }
                    std::this_thread::yield();
                }
                gate.set();
            });
        threads.shutdown(how);
        if (how.wait) {
            open.join();
            EXPECT_TRUE(running.done());
            for (const auto& each : answers) EXPECT_TRUE(each.done());
        } else {
            EXPECT_FALSE(running.done());
            gate.set();
        }
    }
    for (const auto& each : answers) {
        EXPECT_TRUE(each.done());
        if (each.exception() != nullptr) ++found.refused;
    }
    EXPECT_EQ(running.exception(), nullptr);
    found.ran = ran;
    EXPECT_EQ(found.ran + found.refused, static_cast<int>(answers.size()));
    return found;
}

TEST(ThreadPool, ShutdownWaitsForAllThatWasAccepted) {
    EXPECT_EQ(shut_down_with_work({}).refused, 0);
}
TEST(ThreadPool, ShutdownWithoutWaitingLeavesThatToTheDestructor) {
    const shut_down_results found = shut_down_with_work({.wait = false});
    EXPECT_EQ(found.refused, 0);
    EXPECT_EQ(found.ran, 100);
}
TEST(ThreadPool, ShutdownCancelsWhatHasNotStarted) {
    EXPECT_GE(shut_down_with_work({.cancel_pending = true}).refused, 100);
}
TEST(ThreadPool, ShutdownCancelsWithoutWaiting) {
    const shut_down_results found = shut_down_with_work({.wait = false, .cancel_pending = true});
    EXPECT_EQ(found.refused, 100);
    EXPECT_EQ(found.ran, 0);
}

TEST(ThreadPool, ItsOwnThreadsDoNotWaitForItsEnd) {
    thread_pool threads{{.workers = 2}};
    EXPECT_THROW(threads.submit([&] { threads.shutdown(); }).get(), std::logic_error);
    EXPECT_EQ(threads.submit(doubled, 1).get(), 2);
    auto later = threads.submit([&] {
        threads.shutdown({.wait = false});
        // What runs may still give work to its own pool.
        return threads.submit(doubled, 4).get();
    });
    EXPECT_EQ(later.get(), 8);
    EXPECT_THROW(static_cast<void>(threads.submit([] {})), std::runtime_error);
}

TEST(ThreadPool, WorkThatMakesWorkEndsBeforeShutdownReturns) {
    std::atomic<int> ran{0};
    thread_pool threads{{.workers = 2}};
    std::function<void(int)> spread = [&](int depth) {
        ++ran;
        if (depth == 0) return;
        for (int i = 0; i < 2; ++i)
            static_cast<void>(threads.submit([&spread, depth] { spread(depth - 1); }));
    };
    static_cast<void>(threads.submit([&] { spread(10); }));
    threads.shutdown();
    EXPECT_EQ(ran, 2047);
}

TEST(ThreadPool, EveryFutureIsDoneOnceItHasGone) {
    constexpr std::size_t jobs = 200'000;
    std::vector<future<void>> answers;
    answers.reserve(jobs);
    std::atomic<std::size_t> ran{0};
    {
        thread_pool threads{{.workers = 2}};
        for (std::size_t i = 0; i < jobs; ++i) answers.push_back(threads.submit([&] { ++ran; }));
    }
    EXPECT_EQ(ran, jobs);
    for (const auto& each : answers) ASSERT_TRUE(each.done());
    answers.clear();
    ran = 0;
    {
        thread_pool threads{{.workers = 2}};
        for (std::size_t i = 0; i < jobs; ++i) answers.push_back(threads.submit([&] { ++ran; }));
        threads.shutdown({.cancel_pending = true});
    }
    std::size_t refused = 0;
    for (const auto& each : answers) {
        ASSERT_TRUE(each.done());
        if (each.exception() != nullptr) ++refused;
    }
    EXPECT_EQ(ran + refused, jobs);
}

// Whoever gives work while another thread shuts the pool down is refused, or served.
TEST(ThreadPool, SubmittingAgainstAShutdownLosesNothing) {
    for (int round = 0; round < 200; ++round) {
        thread_pool threads{{.workers = 2}};
        std::vector<future<int>> answers;
        event begun;
        std::thread giver([&] {
            for (int i = 0;; ++i) {
                try {
                    if (i % 2 == 0)
                        answers.push_back(threads.submit(doubled, i));
                    else
                        answers.push_back(threads.submit(add(i, i)));
                } catch (const std::runtime_error&) {
                    break;
                }
                if (i == 10) begun.set();
            }
        });
        begun.wait().block();
        threads.shutdown({.cancel_pending = round % 2 == 0});
        giver.join();
        for (std::size_t i = 0; i < answers.size(); ++i) {
            answers[i].wait();
            if (answers[i].exception() == nullptr) {
                EXPECT_EQ(answers[i].get(), 2 * static_cast<int>(i));
            }
        }
    }
}

TEST(ThreadPool, CancellingAQueuedJobEndsItsFutureAtOnce) {
    thread_pool threads{{.workers = 1}};
    event begun;
    event gate;
    auto running = threads.submit([&] {
        begun.set();
        while (!gate.is_set()) std::this_thread::yield();
    });
    begun.wait().block();
    auto token = std::make_shared<int>(1);
    const std::weak_ptr<int> watch = token;
    bool told = false;
    auto queued = threads.submit([own = std::move(token)] { return *own; });
    queued.add_done_callback([&](const future<int>&) { told = true; });
    EXPECT_TRUE(queued.cancel());
    EXPECT_TRUE(queued.done());
    EXPECT_TRUE(told);
    EXPECT_TRUE(watch.expired());
    EXPECT_THROW(queued.get(), cancelled);
    EXPECT_FALSE(queued.cancel());
    auto task_queued = threads.submit(add(1, 2));
    EXPECT_TRUE(task_queued.cancel());
    gate.set();
    EXPECT_THROW(task_queued.get(), cancelled);
    running.get();
}

TEST(ThreadPool, ARunningJobIsNotCancelled) {
    thread_pool threads{{.workers = 1}};
    event begun;
    event gate;
    auto running = threads.submit([&] {
        begun.set();
        gate.wait().block();
        return 3;
    });
    begun.wait().block();
    EXPECT_FALSE(running.cancel());
    EXPECT_TRUE(impl::future_access::core(running).cancel_requested());
    gate.set();
    EXPECT_EQ(running.get(), 3);
}

TEST(ThreadPool, ARunningTaskIsCancelledAtItsNextAwait) {
    thread_pool threads{{.workers = 2}};
    event begun;
    event never_set;
    auto waits = [&]() -> task<void> {
        begun.set();
        co_await never_set.wait();
    };
    auto running = threads.submit(waits());
    begun.wait().block();
    EXPECT_FALSE(running.cancel());
    EXPECT_THROW(running.get(), cancelled);
}

TEST(ThreadPool, ThreadsAreNamed) {
    thread_pool threads{{.workers = 2, .name = "mill"}};
    event gate;
    std::mutex lock;
    std::set<std::string> names;
    std::vector<future<void>> jobs;
    std::atomic<int> come{0};
    for (int i = 0; i < 2; ++i)
        jobs.push_back(threads.submit([&] {
            char name[16] = {};
            ::pthread_getname_np(::pthread_self(), name, sizeof name);
            {
                const std::scoped_lock here(lock);
                names.insert(name);
            }
            // Both are here at once, so that they are on two threads.
            ++come;
            while (come < 2) std::this_thread::yield();
        }));
    for (auto& each : jobs) each.get();
    EXPECT_EQ(names, (std::set<std::string>{"mill-0", "mill-1"}));
}

}  // namespace
}  // namespace troika
