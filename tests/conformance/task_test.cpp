// SPDX-License-Identifier: MIT
#include "conformance/task_fixture.hpp"

#include <troika/core/cancel_scope.hpp>
#include <troika/core/context_var.hpp>
#include <troika/core/errors.hpp>
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
#include <memory>
#include <optional>
#include <stdexcept>

// What tasks can do, the same on every home. Nothing here depends on who runs first: what has to
// happen before is waited for.
namespace troika {
namespace {

using namespace std::chrono_literals;
using namespace testing_tasks;

constexpr duration for_ever = 24h;

class Tasks : public task_fixture {};
INSTANTIATE_TEST_SUITE_P(Homes, Tasks, ::testing::ValuesIn(all_homes), name_of_home);

task<int> give(int value) {
    co_await yield_now();
    co_return value;
}
task<int> fail(const char* what) {
    co_await yield_now();
    throw std::runtime_error(what);
}
task<int> give_after(event& gate, int value) {
    co_await gate.wait();
    co_return value;
}
/// Waits until it is cancelled, and counts that.
task<int> until_cancelled(std::atomic<int>& count, event* begun = nullptr) {
    event never_set;
    if (begun != nullptr) begun->set();
    try {
        co_await never_set.wait();
    } catch (const cancelled&) {
        ++count;
        throw;
    }
    co_return 0;
}

/// The same, where it may be cancelled before it begins.
task<int> counting(std::atomic<int>& begun, std::atomic<int>& stopped) {
    event never_set;
    ++begun;
    try {
        co_await never_set.wait();   // the only await: it may be refused on entry
    } catch (const cancelled&) {
        ++stopped;
        throw;
    }
    co_return 0;
}

TEST_P(Tasks, GatherGivesResultsInOrder) {
    auto main = [&]() -> task<void> {
        auto parts = co_await gather(give(1), home.start(give(2)), home.start(give(3)));
        EXPECT_EQ(parts, std::tuple(1, 2, 3));
        std::vector<future<int>> works;
        for (int i = 0; i < 200; ++i) works.push_back(home.start(give(i)));
        auto values = co_await gather(std::move(works));
        for (int i = 0; i < 200; ++i) EXPECT_EQ(values[static_cast<std::size_t>(i)], i);
    };
    home.run(main());
}

TEST_P(Tasks, GatherCancelsTheOthersWhenOneFails) {
    std::atomic<int> stopped{0};
    auto main = [&]() -> task<void> {
        try {
            co_await gather(until_cancelled(stopped), until_cancelled(stopped), fail("third"));
            ADD_FAILURE() << "nothing was thrown";
        } catch (const std::runtime_error& error) {
            EXPECT_STREQ(error.what(), "third");
        }
    };
    std::atomic<int> begun{0};
    auto many = [&]() -> task<void> {
        std::vector<task<int>> works;
        for (int i = 0; i < 50; ++i) works.push_back(counting(begun, stopped));
        works.push_back(fail("last"));
        auto result = co_await as_result(gather(std::move(works)));
        EXPECT_FALSE(result.has_value());
    };
    home.run(main());
    EXPECT_LE(stopped, 2);   // one that had not begun never does
    stopped = 0;
    home.run(many());
    EXPECT_EQ(stopped, begun);
}

TEST_P(Tasks, GatherSettledGivesWhateverBecameOfEach) {
    auto main = [&]() -> task<void> {
        auto parts = co_await gather_settled(give(1), fail("two"), home.start(fail("three")));
        EXPECT_EQ(std::get<0>(parts).value(), 1);
        EXPECT_EQ(describe(std::get<1>(parts).error()), "two");
        EXPECT_EQ(describe(std::get<2>(parts).error()), "three");
    };
    home.run(main());
}

TEST_P(Tasks, RaceIsWonByTheFirstAndTheOthersEnd) {
    std::atomic<int> stopped{0};
    event first_waits;
    event second_waits;
    auto wins = [&]() -> task<int> {
        co_await first_waits.wait();
        co_await second_waits.wait();
        co_return 7;
    };
    auto main = [&]() -> task<void> {
        int winner = co_await race(until_cancelled(stopped, &first_waits), wins(),
                                   until_cancelled(stopped, &second_waits));
        EXPECT_EQ(winner, 7);
        EXPECT_EQ(stopped, 2);
    };
    home.run(main());
}

TEST_P(Tasks, WaitLeavesAloneWhatIsNotDone) {
    event gate;
    auto main = [&]() -> task<void> {
        std::vector<future<int>> works{home.start(give(1)), home.start(give_after(gate, 2)),
                                       home.start(give_after(gate, 3))};
        auto some = co_await wait(works, until::first_completed);
        EXPECT_EQ(some.done.size(), 1u);
        EXPECT_EQ(some.pending.size(), 2u);
        EXPECT_EQ(some.done[0].get(), 1);
        gate.set();
        auto all = co_await wait(works);
        EXPECT_EQ(all.done.size(), 3u);
        EXPECT_TRUE(all.pending.empty());
        std::vector<future<int>> failing{home.start(fail("no"))};
        auto failed = co_await wait(failing, until::first_failure);
        EXPECT_EQ(describe(failed.done[0].exception()), "no");
    };
    home.run(main());
}

TEST_P(Tasks, AsCompletedGivesEachOnce) {
    auto main = [&]() -> task<void> {
        std::vector<task<int>> works;
        for (int i = 0; i < 100; ++i) works.push_back(give(i));
        auto completed = as_completed(std::move(works));
        int sum = 0;
        while (auto done = co_await completed.next()) sum += co_await *done;
        EXPECT_EQ(sum, 4'950);
        std::vector<future<int>> futures;
        for (int i = 0; i < 100; ++i) futures.push_back(home.start(give(i)));
        auto others = as_completed(std::move(futures));
        while (auto done = co_await others.next()) sum -= co_await *done;
        EXPECT_EQ(sum, 0);
    };
    home.run(main());
}

TEST_P(Tasks, AsCompletedLeftEarlyCancelsTheRest) {
    // They outlive the coroutine that started them, so they own what they use.
    struct shared_counts {
        std::atomic<int> stopped{0};
        std::atomic<int> ended{0};
        event all_ended;
    };
    constexpr int rest = 20;
    auto counts = std::make_shared<shared_counts>();
    auto stays = [](std::shared_ptr<shared_counts> at) -> task<int> {
        // Counted when the frame goes, also of one that never began.
        co_return co_await until_cancelled(at->stopped);
    };
    struct leaving {
        std::shared_ptr<shared_counts> at;
        leaving(std::shared_ptr<shared_counts> of) : at(std::move(of)) {}
        leaving(leaving&&) = default;
        ~leaving() {
            if (at != nullptr && ++at->ended == rest) at->all_ended.set();
        }
    };
    auto marked = [stays](leaving mark) -> task<int> { co_return co_await stays(mark.at); };
    auto main = [&]() -> task<void> {
        std::vector<task<int>> works;
        works.push_back(give(5));
        for (int i = 0; i < rest; ++i) works.push_back(marked(leaving(counts)));
        auto completed = as_completed(std::move(works));
        auto first = co_await completed.next();
        EXPECT_EQ(first->get(), 5);
    };
    home.run(main());
    counts->all_ended.wait().block();
    EXPECT_LE(counts->stopped, rest);
}

TEST_P(Tasks, DeadlinesEndWhatTakesTooLong) {
    std::atomic<int> begun{0};   // a deadline may pass before that
    std::atomic<int> stopped{0};
    auto body = [&](cancel_scope&) -> task<int> {
        int value = co_await counting(begun, stopped);
        co_return value;
    };
    auto main = [&]() -> task<void> {
        auto late = co_await as_result(with_timeout(1ms, body));
        EXPECT_FALSE(late.has_value());
        EXPECT_THROW(std::rethrow_exception(late.error()), timeout_error);
        auto later = co_await as_result(wait_for(counting(begun, stopped), 1ms));
        EXPECT_FALSE(later.has_value());
        auto nothing = co_await move_on_after(1ms, counting(begun, stopped));
        EXPECT_FALSE(nothing.has_value());
        EXPECT_EQ(stopped, begun);
    };
    home.run(main());
}

TEST_P(Tasks, DeadlinesLeaveAloneWhatIsInTime) {
    auto body = [](cancel_scope& scope) -> task<int> {
        scope.set_deadline(never);
        co_return co_await give(2);
    };
    auto main = [&]() -> task<void> {
        int first = co_await wait_for(give(1), for_ever);
        int second = co_await with_timeout(for_ever, body);
        auto third = co_await move_on_after(for_ever, home.start(give(3)));
        EXPECT_EQ(first + second + third.value(), 6);
        EXPECT_FALSE(current_task().is_cancelled());
    };
    home.run(main());
}

TEST_P(Tasks, SleepersWakeInTheOrderOfTheirDeadlinesAtTheEarliest) {
    std::atomic<int> early{0};
    auto sleeper = [&](duration length) -> task<void> {
        const time_point until = current_task().home().now() + length;
        co_await sleep(length);
        if (current_task().home().now() < until) ++early;
    };
    auto main = [&]() -> task<void> {
        std::vector<task<void>> works;
        for (int i = 0; i < 200; ++i) works.push_back(sleeper(std::chrono::microseconds(50 * i)));
        co_await gather(std::move(works));
    };
    home.run(main());
    EXPECT_EQ(early, 0);
}

TEST_P(Tasks, AShieldHoldsUntilItsWorkHasEnded) {
    event waits;
    event gate;
    std::atomic<int> through{0};
    auto protected_work = [&]() -> task<int> {
        waits.set();
        co_await gate.wait();
        ++through;
        co_return 4;
    };
    auto inner = [&]() -> task<void> {
        int value = co_await shield(protected_work());
        EXPECT_EQ(value, 4);
        ++through;
        co_await yield_now();
        ADD_FAILURE() << "the cancellation was forgotten";
    };
    auto main = [&]() -> task<void> {
        auto body = [&](task_group& group) -> task<void> {
            future<void> shielded = group.create_task(inner());
            co_await waits.wait();
            shielded.cancel();
            gate.set();
        };
        co_await with_task_group(body);
    };
    home.run(main());
    EXPECT_EQ(through, 2);
}

TEST_P(Tasks, AGroupEndsWithAllItsErrors) {
    std::atomic<int> stopped{0};
    event waits;
    auto main = [&]() -> task<void> {
        auto body = [&](task_group& group) -> task<void> {
            static_cast<void>(group.create_task(until_cancelled(stopped, &waits)));
            co_await waits.wait();
            future<int> failing = group.create_task(fail("child"));
            co_await failing;
        };
        try {
            co_await with_task_group(body);
            ADD_FAILURE() << "nothing was thrown";
        } catch (const exception_group& group) {
            EXPECT_GE(group.errors().size(), 1u);
            for (const auto& each : group.errors()) EXPECT_EQ(describe(each), "child");
        }
        EXPECT_EQ(stopped, 1);
        EXPECT_FALSE(current_task().is_cancelled());
    };
    home.run(main());
}

TEST_P(Tasks, CancellingAGroupEndsItWithoutAnError) {
    std::atomic<int> stopped{0};
    std::atomic<int> begun{0};
    auto child = [&]() -> task<int> {
        event never_set;
        ++begun;
        try {
            co_await never_set.wait();
        } catch (const cancelled&) {
            ++stopped;
            throw;
        }
        co_return 0;
    };
    auto main = [&]() -> task<void> {
        auto body = [&](task_group& group) -> task<void> {
            for (int i = 0; i < 100; ++i) static_cast<void>(group.create_task(child()));
            for (int i = 0; i < 3; ++i) co_await yield_now();
            group.cancel();
        };
        co_await with_task_group(body);
    };
    home.run(main());
    EXPECT_EQ(stopped, begun);
}

TEST_P(Tasks, ScopesNestAndCancelOnlyWhatIsInside) {
    auto main = []() -> task<void> {
        auto inner = [](cancel_scope& scope) -> task<int> {
            scope.cancel();
            EXPECT_TRUE(current_task().is_cancelled());
            co_await yield_now();
            co_return 1;
        };
        auto outer = [&](cancel_scope&) -> task<int> {
            auto nothing = co_await with_cancel_scope(inner);
            EXPECT_FALSE(nothing.has_value());
            EXPECT_FALSE(current_task().is_cancelled());
            co_return co_await give(2);
        };
        auto value = co_await with_cancel_scope(outer);
        EXPECT_EQ(value.value(), 2);
    };
    home.run(main());
}

async_generator<int> count_to(int last) {
    for (int i = 1; i <= last; ++i) {
        co_await yield_now();
        co_yield i;
    }
}

TEST_P(Tasks, GeneratorsGiveItemsWhereverTheirConsumerRuns) {
    auto main = []() -> task<void> {
        auto items = count_to(100);
        int sum = 0;
        while (auto item = co_await items.next()) {
            sum += *item;
            co_await yield_now();
        }
        EXPECT_EQ(sum, 5'050);
        auto closed = count_to(3);
        static_cast<void>(co_await closed.next());
        co_await closed.close();
    };
    home.run(main());
}

const context_var<int> number{1};

TEST_P(Tasks, ContextVariablesBelongToTasks) {
    auto child = [](int own) -> task<int> {
        const int inherited = number.get();
        number.set(own);
        for (int i = 0; i < 5; ++i) {
            co_await yield_now();
            EXPECT_EQ(number.get(), own);
        }
        co_return inherited;
    };
    auto main = [&]() -> task<void> {
        number.set(5);
        std::vector<task<int>> works;
        for (int i = 0; i < 50; ++i) works.push_back(child(100 + i));
        auto inherited = co_await gather(std::move(works));
        for (const int each : inherited) EXPECT_EQ(each, 5);
        EXPECT_EQ(number.get(), 5);
    };
    home.run(main());
}

TEST_P(Tasks, FuturesAreAwaitedBlockedOnAndToldOfByCallbacks) {
    event gate;
    std::atomic<int> told{0};
    event all_told;
    future<int> answer = home.start(give_after(gate, 6));
    for (int i = 0; i < 10; ++i)
        answer.add_done_callback([&](const future<int>& done) {
            EXPECT_EQ(done.get(), 6);
            if (++told == 10) all_told.set();
        });
    std::vector<future<void>> waiting;
    auto waits = [&]() -> task<void> {
        int value = co_await answer;
        EXPECT_EQ(value, 6);
    };
    for (int i = 0; i < 30; ++i) waiting.push_back(home.start(waits()));
    EXPECT_FALSE(answer.done());
    gate.set();
    EXPECT_EQ(answer.get(), 6);
    for (auto& each : waiting) each.get();
    all_told.wait().block();
}

TEST_P(Tasks, CancellingAnAwaitOfAFutureLeavesItsWorkAlone) {
    event gate;
    future<int> answer = home.start(give_after(gate, 8));
    event waits;
    auto waiter = [&]() -> task<void> {
        waits.set();
        static_cast<void>(co_await answer);
    };
    auto main = [&]() -> task<void> {
        auto body = [&](task_group& group) -> task<void> {
            future<void> one = group.create_task(waiter());
            co_await waits.wait();
            one.cancel();
        };
        co_await with_task_group(body);
    };
    home.run(main());
    EXPECT_FALSE(answer.done());
    gate.set();
    EXPECT_EQ(answer.get(), 8);
}

}  // namespace
}  // namespace troika
