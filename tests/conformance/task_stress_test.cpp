// SPDX-License-Identifier: MIT
#include "conformance/task_fixture.hpp"

#include <troika/core/cancel_scope.hpp>
#include <troika/core/context_var.hpp>
#include <troika/core/errors.hpp>
#include <troika/sync/mutex.hpp>
#include <troika/sync/semaphore.hpp>
#include <troika/tasks/as_completed.hpp>
#include <troika/tasks/as_result.hpp>
#include <troika/tasks/async_generator.hpp>
#include <troika/tasks/gather.hpp>
#include <troika/tasks/gather_settled.hpp>
#include <troika/tasks/move_on_after.hpp>
#include <troika/tasks/race.hpp>
#include <troika/tasks/shield.hpp>
#include <troika/tasks/sleep.hpp>
#include <troika/tasks/wait.hpp>
#include <troika/tasks/wait_for.hpp>
#include <troika/tasks/with_cancel_scope.hpp>
#include <troika/tasks/with_timeout.hpp>

#include <chrono>
#include <optional>
#include <stdexcept>

// Random programs: trees of tasks that wait, fail, shield and cancel each other, some of them
// cancelled from outside. Each has to end, whatever becomes of it, and to leave nothing behind.
namespace troika {
namespace {

using namespace std::chrono_literals;
using namespace testing_tasks;

/// Small numbers, the same in each run.
class dice {
public:
    explicit dice(std::uint64_t seed) noexcept : state_(seed * 0x9E3779B97F4A7C15u + 1) {}
    std::uint32_t roll(std::uint32_t sides) noexcept {
        state_ ^= state_ << 13;
        state_ ^= state_ >> 7;
        state_ ^= state_ << 17;
        return static_cast<std::uint32_t>(state_ >> 33) % sides;
    }
    std::uint64_t seed() noexcept { return roll(1u << 30); }

private:
    std::uint64_t state_;
};

/// What the tasks of one test share.
struct playground {
    mutex door;
    semaphore gate{2};
    event never_set;
    std::atomic<int> alive{0};        // frames that run
    std::atomic<int> inside{0};       // tasks that hold the door
};

class alive_guard {
public:
    explicit alive_guard(playground& at) noexcept : at_(at) { ++at_.alive; }
    alive_guard(const alive_guard&) = delete;
    alive_guard& operator=(const alive_guard&) = delete;
    ~alive_guard() { --at_.alive; }

private:
    playground& at_;
};

const context_var<int> depth_here{0};

task<int> play(playground& at, std::uint64_t seed, int depth);

task<int> wait_somehow(playground& at, std::uint64_t seed) {
    dice die(seed);
    switch (die.roll(7)) {
        case 0: co_await yield_now(); break;
        case 1: co_await sleep(std::chrono::microseconds(die.roll(200))); break;
        case 2: {
            auto held = co_await at.door.lock();
            EXPECT_EQ(++at.inside, 1);
            bool stopped = false;
            try {
                co_await yield_now();
            } catch (const cancelled&) {
                stopped = true;
            }
            --at.inside;
            if (stopped) throw cancelled{};
            break;
        }
        case 3: {
            auto permit = co_await at.gate.acquire();
            co_await yield_now();
            break;
        }
        case 4: {
            auto end = co_await move_on_after(100us, [](event& of) -> task<void> {
                co_await of.wait();
            }(at.never_set));
            EXPECT_FALSE(end);
            break;
        }
        case 5: throw std::runtime_error("a failure");
        default: break;
    }
    co_return 1;
}

async_generator<int> several(playground& at, std::uint64_t seed, int depth) {
    const alive_guard here(at);
    for (int i = 0; i < 3; ++i) {
        int value = co_await play(at, seed + static_cast<std::uint64_t>(i), depth);
        co_yield value;
    }
}

task<int> play_in_group(playground& at, std::uint64_t seed, int depth) {
    dice die(seed);
    int sum = 0;
    auto body = [&](task_group& group) -> task<void> {
        std::vector<future<int>> answers;
        for (int i = 0; i < 3; ++i)
            answers.push_back(group.create_task(play(at, die.seed(), depth - 1)));
        if (die.roll(4) == 0) answers[0].cancel();
        if (die.roll(6) == 0) group.cancel();
        if (die.roll(3) == 0) {
            auto done = co_await wait(answers, until::first_completed);
            EXPECT_FALSE(done.done.empty());
        }
        sum = co_await answers[1];
    };
    co_await with_task_group(body);
    co_return sum;
}

task<int> play_as_completed(playground& at, std::uint64_t seed, int depth) {
    dice die(seed);
    std::vector<task<int>> works;
    for (int i = 0; i < 3; ++i) works.push_back(play(at, die.seed(), depth - 1));
    auto steps = die.roll(4);
    auto completed = as_completed(std::move(works));
    while (steps-- > 0) {
        auto next = co_await completed.next();
        if (!next) break;
        EXPECT_TRUE(next->done());
        static_cast<void>(next->exception());
    }
    co_return 1;   // early, perhaps
}

task<int> play_within_time(playground& at, std::uint64_t seed, int depth) {
    dice die(seed);
    const auto limit = std::chrono::microseconds(die.roll(400));
    auto body = [&](cancel_scope& scope) -> task<int> {
        if (die.roll(4) == 0) scope.cancel();
        if (die.roll(4) == 0) scope.set_deadline(never);
        int value = co_await play(at, die.seed(), depth - 1);
        co_return value;
    };
    try {
        switch (die.roll(3)) {
            case 0: co_return co_await with_timeout(limit, body);
            case 1: co_return co_await wait_for(play(at, die.seed(), depth - 1), limit);
            default: {
                auto value = co_await with_cancel_scope(body);
                co_return value.value_or(0);
            }
        }
    } catch (const timeout_error&) {
    }
    co_return 0;
}

task<int> play(playground& at, std::uint64_t seed, int depth) {
    const alive_guard here(at);
    dice die(seed);
    const int outside = depth_here.get();
    const context_var<int>::bound deeper(depth_here, outside + 1);
    int value = 0;
    bool failed = false;
    try {
        if (depth == 0) {
            value = co_await wait_somehow(at, die.seed());
        } else {
            switch (die.roll(8)) {
                case 0: {
                    auto parts = co_await gather(play(at, die.seed(), depth - 1),
                                                 play(at, die.seed(), depth - 1));
                    value = std::get<0>(parts) + std::get<1>(parts);
                    break;
                }
                case 1: {
                    auto parts = co_await gather_settled(play(at, die.seed(), depth - 1),
                                                         wait_somehow(at, die.seed()));
                    value = std::get<0>(parts).has_value() ? *std::get<0>(parts) : 0;
                    break;
                }
                case 2:
                    value = co_await race(play(at, die.seed(), depth - 1),
                                          play(at, die.seed(), depth - 1));
                    break;
                case 3: value = co_await shield(play(at, die.seed(), depth - 1)); break;
                case 4: value = co_await play_in_group(at, die.seed(), depth); break;
                case 5: value = co_await play_as_completed(at, die.seed(), depth); break;
                case 6: value = co_await play_within_time(at, die.seed(), depth); break;
                default: {
                    auto items = several(at, die.seed(), depth - 1);
                    const auto count_max = die.roll(4);
                    for (std::uint32_t i = 0; i < count_max; ++i) {
                        auto item = co_await items.next();
                        if (!item) break;
                        value += *item;
                    }
                    break;
                }
            }
        }
    } catch (const std::exception&) {
        failed = true;
    }
    EXPECT_EQ(depth_here.get(), outside + 1);
    if (failed && die.roll(4) == 0) throw std::runtime_error("passed on");
    co_return value;
}

class TaskStress : public task_fixture {};
INSTANTIATE_TEST_SUITE_P(Homes, TaskStress, ::testing::ValuesIn(all_homes), name_of_home);

task<void> player(playground& at, std::uint64_t seed) {
    try {
        static_cast<void>(co_await play(at, seed, 3));
    } catch (const std::exception&) {
    }
    EXPECT_EQ(depth_here.get(), 0);
}

TEST_P(TaskStress, RandomProgramsEnd) {
    playground at;
    crowd tasks(home, {.count = 2'000, .seed = 11});
    tasks.run([&](std::size_t i) -> task<void> { co_await player(at, i); });
    EXPECT_EQ(tasks.cancelled_count(), 0u);
    EXPECT_FALSE(at.door.is_locked());
    EXPECT_EQ(at.gate.permits_left(), 2u);
}

TEST_P(TaskStress, RandomProgramsEndWhenTheyAreCancelled) {
    playground at;
    crowd tasks(home, {.count = 2'000, .cancels = 2'000, .seed = 12});
    tasks.run([&](std::size_t i) -> task<void> { co_await player(at, 7 * i + 1); });
    EXPECT_FALSE(at.door.is_locked());
    EXPECT_EQ(at.gate.permits_left(), 2u);
}

TEST_P(TaskStress, ThousandsOfSleepersAreCancelledInAnyOrder) {
    crowd tasks(home, {.count = 5'000, .cancels = 10'000, .seed = 13});
    tasks.run([&](std::size_t i) -> task<void> {
        if (i % 2 == 0) {
            co_await sleep(std::chrono::microseconds(i % 1'000));
        } else {
            // Ends by a cancellation only, or when there will be none any more.
            auto end = tasks.all_cancelled().wait();
            co_await std::move(end);
        }
    });
}

}  // namespace
}  // namespace troika
