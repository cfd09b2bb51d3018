// SPDX-License-Identifier: MIT
// The beginning and the end of a thread pool's threads: initializers, what breaks a pool, threads
// that cannot be had, programs that end; and what an observer sees of it all.
#include <troika/pool/thread_pool.hpp>

#include <troika/core/errors.hpp>
#include <troika/core/trace.hpp>
#include <troika/loop/event_loop.hpp>
#include <troika/loop/run.hpp>
#include <troika/sync/event.hpp>
#include <troika/tasks/yield_now.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <sys/resource.h>

namespace troika {
namespace {

thread_local int prepared = 0;

TEST(ThreadPoolEnd, PreparesEachThreadBeforeItWorks) {
    std::atomic<int> calls{0};
    auto prepare = [&] {
        ++calls;
        prepared = 7;
    };
    {
        thread_pool threads(thread_pool::options{.workers = 3}, prepare);
        for (int i = 0; i < 100; ++i) EXPECT_EQ(threads.submit([] { return prepared; }).get(), 7);
        // Also those that take over from one that blocks.
        event gate;
        std::vector<future<void>> blocked;
        for (int i = 0; i < 3; ++i)
            blocked.push_back(threads.submit([&] { gate.wait().block(); }));
        EXPECT_EQ(threads.submit([] { return prepared; }).get(), 7);
        gate.set();
        for (auto& each : blocked) each.get();
    }
    EXPECT_GE(calls, 4);
    EXPECT_EQ(prepared, 0);
}

TEST(ThreadPoolEnd, AnInitializerThatThrowsBreaksThePool) {
    event gate;
    auto prepare = [&] {
        gate.wait().block();
        throw std::runtime_error("no licence");
    };
    thread_pool threads(thread_pool::options{.workers = 2}, prepare);
    std::atomic<int> ran{0};
    std::vector<future<void>> queued;
    for (int i = 0; i < 100; ++i) queued.push_back(threads.submit([&] { ++ran; }));
    auto waits = []() -> task<void> { co_await yield_now(); };
    future<void> queued_task = threads.submit(waits());
    gate.set();
    for (const auto& each : queued) {
        try {
            each.get();
            ADD_FAILURE() << "a job of a broken pool ran";
        } catch (const broken_pool& error) {
            EXPECT_NE(std::string(error.what()).find("no licence"), std::string::npos);
            EXPECT_EQ(describe(error.reason()), "no licence");
        }
    }
    EXPECT_ANY_THROW(queued_task.get());
    EXPECT_EQ(ran, 0);
    EXPECT_THROW(static_cast<void>(threads.submit([] {})), broken_pool);
    EXPECT_THROW(static_cast<void>(threads.submit(waits())), broken_pool);
    threads.shutdown();
}

TEST(ThreadPoolEnd, OneThreadThatCannotBePreparedIsEnough) {
    std::atomic<int> calls{0};
    auto prepare = [&] {
        if (++calls == 2) throw 13;
    };
    thread_pool threads(thread_pool::options{.workers = 2}, prepare);
    while (calls < 2) std::this_thread::yield();
    for (bool broken = false; !broken;) {
        try {
            future<void> refused = threads.submit([] {});
            refused.wait();
            static_cast<void>(refused.exception());   // seen
        } catch (const broken_pool& error) {
            broken = true;
            EXPECT_THROW(std::rethrow_exception(error.reason()), int);
        }
    }
}

#if !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)
#if defined(__has_feature)
#if !__has_feature(thread_sanitizer) && !__has_feature(address_sanitizer)
#define TROIKA_TEST_CAN_LIMIT_MEMORY 1
#endif
#else
#define TROIKA_TEST_CAN_LIMIT_MEMORY 1
#endif
#endif

#ifdef TROIKA_TEST_CAN_LIMIT_MEMORY
// Without room for another stack: sanitizers need more than that themselves.
[[noreturn]] void want_threads_without_room() {
    const rlimit little{.rlim_cur = 64u << 20, .rlim_max = 64u << 20};
    ::setrlimit(RLIMIT_AS, &little);
    try {
        thread_pool threads{{.workers = 64}};
    } catch (const std::system_error&) {
        std::_Exit(3);
    }
    std::_Exit(4);
}

TEST(ThreadPoolEndDeathTest, SaysSoWhenThereIsNoThreadToBeHad) {
    EXPECT_EXIT(want_threads_without_room(), ::testing::ExitedWithCode(3), "");
}
#endif

TEST(ThreadPoolEndDeathTest, ExitInsideAJobEndsTheProgram) {
    const auto leave = [] {
        static thread_pool threads{{.workers = 2}};
        threads.submit([] { std::exit(5); }).get();
    };
    EXPECT_EXIT(leave(), ::testing::ExitedWithCode(5), "");
}

TEST(ThreadPoolEnd, ALoopsThreadAwaitsInsteadOfBlocking) {
    thread_pool threads{{.workers = 1}};
    event gate;
    auto main = [&]() -> task<void> {
        future<int> answer = threads.submit([&] {
            gate.wait().block();
            return 9;
        });
        EXPECT_FALSE(answer.done());
        EXPECT_THROW(answer.get(), std::logic_error);
        gate.set();
        int value = co_await answer;
        EXPECT_EQ(value, 9);
    };
    run(main());
}

TEST(ThreadPoolEnd, PromisesAreKeptOnceFromAnyThread) {
    thread_pool threads{{.workers = 2}};
    promise<int> owed;
    future<int> answer = owed.get_future();
    future<void> keeper = threads.submit([own = std::move(owed)]() mutable {
        own.set_value(4);
        own.set_value(5);
    });
    EXPECT_EQ(answer.get(), 4);
    EXPECT_THROW(keeper.get(), std::logic_error);
    promise<int> dropped;
    future<int> none = dropped.get_future();
    threads.submit([own = std::move(dropped)] { static_cast<void>(own); }).get();
    EXPECT_THROW(none.get(), broken_promise);
}

TEST(ThreadPoolEnd, CountsWhatItDoes) {
    thread_pool threads{{.workers = 2}};
    for (int i = 0; i < 100; ++i) threads.submit([] {}).get();
    EXPECT_GE(threads.stats().run, 99u);   // the last may still be on its way out
    event gate;
    event begun;
    future<void> busy = threads.submit([&] {
        begun.set();
        while (!gate.is_set()) std::this_thread::yield();
    });
    begun.wait().block();
    EXPECT_GE(threads.stats().running, 1u);
    gate.set();
    busy.get();
    // Idle workers go to sleep, all of them; they say that they will before they count it.
    while (threads.stats().parked != 2 || threads.stats().sleeps < 2) std::this_thread::yield();
    EXPECT_EQ(threads.stats().running, 0u);
    EXPECT_EQ(threads.stats().queued, 0u);
}

class counting_hooks final : public trace_hooks {
public:
    void on_submit(const scheduler&, const void* work) noexcept override {
        ++submitted;
        given += reinterpret_cast<std::uintptr_t>(work);
    }
    void on_run(std::size_t worker, const void* work, const char* type) noexcept override {
        ++begun;
        taken += reinterpret_cast<std::uintptr_t>(work);
        if (std::string_view(type).find("pool_call") == std::string_view::npos) ++wrong;
        if (worker >= 2) ++wrong;
    }
    void on_ran(std::size_t) noexcept override { ++ended; }
    void on_steal(std::size_t thief, std::size_t victim) noexcept override {
        ++stolen;
        if (thief == victim || thief >= 2 || victim >= 2) ++wrong;
    }
    void on_park(std::size_t) noexcept override { ++parked; }
    void on_wake(std::size_t) noexcept override { ++woken; }

    std::atomic<int> submitted{0}, begun{0}, ended{0}, stolen{0}, parked{0}, woken{0}, wrong{0};
    std::atomic<std::uintptr_t> given{0}, taken{0};
};

TEST(ThreadPoolEnd, ItsHooksSeeJobsStealsAndSleeps) {
    counting_hooks seen;
    {
        thread_pool threads{{.workers = 2}};
        threads.home().set_hooks(&seen);
        for (int i = 0; i < 100; ++i) threads.submit([] {}).get();
        EXPECT_EQ(seen.submitted, 100);
        // Given by a worker, which keeps its place until the other one has taken them.
        threads
            .submit([&] {
                std::atomic<int> ran{0};
                for (int i = 0; i < 10; ++i)
                    static_cast<void>(threads.submit([&ran] { ++ran; }));
                while (ran < 10) std::this_thread::yield();
            })
            .get();
        while (threads.stats().parked != 2) std::this_thread::yield();
    }
    EXPECT_EQ(seen.submitted, 111);
    EXPECT_EQ(seen.begun, 111);
    EXPECT_EQ(seen.ended, 111);
    EXPECT_GE(seen.stolen, 10);
    EXPECT_GE(seen.parked, 2);
    EXPECT_GE(seen.woken, 2);
    EXPECT_EQ(seen.wrong, 0);
    EXPECT_EQ(seen.given, seen.taken);
}

TEST(ThreadPoolEnd, EndsWhileItsJobsBlockAndGoOn) {
    for (int round = 0; round < 30; ++round) {
        std::atomic<int> ran{0};
        {
            thread_pool threads{{.workers = 2}};
            for (int i = 0; i < 8; ++i)
                static_cast<void>(threads.submit([&] {
                    // Each waits for a job of another worker, or runs it itself.
                    future<void> inner = threads.submit([&] { ++ran; });
                    std::this_thread::yield();
                    event passed;
                    static_cast<void>(threads.submit([&] { passed.set(); }));
                    passed.wait().block();
                    inner.get();
                    ++ran;
                }));
        }
        EXPECT_EQ(ran, 16);
    }
}

}  // namespace
}  // namespace troika
