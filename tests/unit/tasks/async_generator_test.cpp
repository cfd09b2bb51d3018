// SPDX-License-Identifier: MIT
#include <troika/core/context_var.hpp>
#include <troika/core/task_tree.hpp>
#include <troika/tasks/as_result.hpp>
#include <troika/tasks/async_generator.hpp>

#include "unit/support/works.hpp"
#include "unit/tasks/generators.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iterator>
#include <source_location>

namespace troika {
namespace {

using namespace std::chrono_literals;
using namespace testing_support;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(AsyncGenerator, GivesItemsThenNothingForEver) {
    auto main = []() -> task<void> {
        auto numbers = count_to(2);
        auto first = co_await numbers.next();
        auto second = co_await numbers.next();
        EXPECT_EQ(first, 1);
        EXPECT_EQ(second, 2);
        for (int i = 0; i < 3; ++i) {
            auto after_the_end = co_await numbers.next();
            EXPECT_FALSE(after_the_end.has_value());
        }
    };
    run_virtual(main());
    EXPECT_THAT(run_virtual(all_of(count_to(0))), ElementsAre());
}

TEST(AsyncGenerator, TheSameQuestionMayBeAskedAgain) {
    auto main = []() -> task<void> {
        auto numbers = count_to(2);
        auto question = numbers.next();
        auto one = co_await question;
        auto two = co_await question;
        auto end = co_await question;
        EXPECT_EQ(*one + *two, 3);
        EXPECT_FALSE(end.has_value());
    };
    run_virtual(main());
}

TEST(AsyncGenerator, BeginsWithTheFirstNextAndRunsOnlyWhileAsked) {
    words log;
    virtual_loop here;
    auto main = [&]() -> task<void> {
        auto numbers = count_aloud(log, 1s);
        log.push_back("made");
        co_await sleep(10s);
        EXPECT_THAT(log, ElementsAre("made"));
        auto item = co_await numbers.next();
        co_await sleep(10s);
        EXPECT_EQ(item, 1);
    };
    here.run(main());
    EXPECT_THAT(log, ElementsAre("made", "begun", "destroyed"));
    EXPECT_EQ(here.elapsed(), 21s);
}

TEST(AsyncGenerator, AwaitsBetweenItems) {
    virtual_loop here;
    EXPECT_THAT(here.run(all_of(count_slowly(2s, 3))), ElementsAre(1, 2, 3));
    EXPECT_EQ(here.elapsed(), 6s);
}

TEST(AsyncGenerator, GivesWhatOnlyMovesAndWhatIsConverted) {
    auto boxes = []() -> async_generator<std::unique_ptr<int>> {
        auto box = std::make_unique<int>(1);
        co_yield std::move(box);
        co_yield std::make_unique<int>(2);
        co_yield nullptr;
    };
    auto texts = []() -> async_generator<std::string> {
        const std::string kept = "copied";
        co_yield kept;
        co_yield kept;   // it was not moved from
        co_yield "converted";
        co_yield {};
    };
    auto longs = []() -> async_generator<long> {
        co_yield 0;
        const int narrow = 5;
        co_yield narrow;
    };
    auto main = [&]() -> task<void> {
        auto of_boxes = boxes();
        auto one = co_await of_boxes.next();
        auto two = co_await of_boxes.next();
        auto null = co_await of_boxes.next();
        EXPECT_EQ(**one + **two, 3);
        EXPECT_EQ(null.value(), nullptr);
        words all;
        auto of_texts = texts();
        while (auto text = co_await of_texts.next()) all.push_back(*std::move(text));
        EXPECT_THAT(all, ElementsAre("copied", "copied", "converted", ""));
        auto of_longs = longs();
        auto zero = co_await of_longs.next();
        auto five = co_await of_longs.next();
        EXPECT_EQ(*zero + *five, 5);
    };
    run_virtual(main());
}

TEST(AsyncGenerator, GivesReferencesAsPointers) {
    auto each = [](std::vector<int>& of) -> async_generator<int&> {
        for (int& item : of) co_yield item;
    };
    auto texts = []() -> async_generator<const std::string&> {
        co_yield std::string("a temporary, alive until the next step");
        co_await yield_now();
        co_yield "and a converted one, likewise long";
    };
    auto main = [&]() -> task<void> {
        std::vector<int> numbers(3, 1);
        auto items = each(numbers);
        while (int* item = co_await items.next()) *item += 1;
        EXPECT_THAT(numbers, ElementsAre(2, 2, 2));
        words all;
        auto of_texts = texts();
        while (const std::string* text = co_await of_texts.next()) all.push_back(*text);
        EXPECT_THAT(all, ElementsAre(HasSubstr("temporary"), HasSubstr("converted")));
    };
    run_virtual(main());
}

TEST(AsyncGenerator, ThrowsWhatItsBodyThrewOnceThenItIsAtItsEnd) {
    auto failing = [](int items) -> async_generator<int> {
        for (int i = 0; i < items; ++i) co_yield i;
        co_await yield_now();
        throw std::runtime_error("out of numbers");
    };
    auto main = [&](int items) -> task<void> {
        auto numbers = failing(items);
        for (int i = 0; i < items; ++i) co_await numbers.next();
        auto failed = co_await as_result(numbers.next());
        EXPECT_EQ(describe(failed.error()), "out of numbers");
        auto ended = co_await as_result(numbers.next());
        EXPECT_FALSE(ended.value().has_value());
        auto again = failing(0);
        co_await again.next();
    };
    EXPECT_THROW(run_virtual(main(0)), std::runtime_error);
    EXPECT_THROW(run_virtual(main(2)), std::runtime_error);
}

struct throws_when_copied {
    throws_when_copied() = default;
    throws_when_copied(throws_when_copied&&) = default;
    throws_when_copied(const throws_when_copied&) { throw std::runtime_error("no copies"); }
};

TEST(AsyncGenerator, WhatMakingAnItemThrowsIsTheBodysToCatch) {
    auto items = []() -> async_generator<throws_when_copied> {
        const throws_when_copied original;
        bool failed = false;
        try {
            co_yield original;
        } catch (const std::runtime_error&) {
            failed = true;
        }
        if (failed) co_yield throws_when_copied();
    };
    auto main = [&]() -> task<void> {
        auto from = items();
        auto one = co_await from.next();
        EXPECT_TRUE(one.has_value());
        auto end = co_await from.next();
        EXPECT_FALSE(end.has_value());
    };
    run_virtual(main());
}

TEST(AsyncGenerator, AsResultGivesItemsWithoutThrowing) {
    auto main = []() -> task<void> {
        auto numbers = count_to(1);
        auto one = co_await as_result(numbers.next());
        static_assert(std::is_same_v<decltype(one), result<std::optional<int>>>);
        EXPECT_EQ(one.value(), 1);
        auto end = co_await as_result(numbers.next());
        EXPECT_FALSE(end.value().has_value());
    };
    run_virtual(main());
}

TEST(AsyncGenerator, AMillionItemsNeedNoStack) {
    auto filter = [](async_generator<int> from) -> async_generator<int> {
        while (auto item = co_await from.next()) {
            if (*item % 100'000 == 0) co_await yield_now();
            co_yield *item;
        }
    };
    auto main = [&]() -> task<long> {
        long sum = 0;
        auto numbers = filter(count_to(1'000'000));
        while (auto item = co_await numbers.next()) sum += *item;
        co_return sum;
    };
    EXPECT_EQ(run_virtual(main()), 500'000'500'000);
}

TEST(AsyncGenerator, AnItemAllocatesNothing) {
    // What lives between the consumer's question and the body, and the other way round.
    auto arena = [] {
        std::vector<const void*> state(std::begin(impl::current_thread.free),
                                       std::end(impl::current_thread.free));
        state.push_back(impl::current_thread.arena);
        return state;
    };
    auto looks = [&]() -> async_generator<std::vector<const void*>> {
        for (;;) co_yield arena();
    };
    auto main = [&]() -> task<void> {
        auto seen = looks();
        co_await seen.next();   // the first step found the frame made already
        for (int i = 0; i < 3; ++i) {
            const auto before = arena();
            auto within = co_await seen.next();
            EXPECT_EQ(*within, before);
            EXPECT_EQ(arena(), before);
        }
    };
    run_virtual(main());
}

const context_var<int> depth(0);

TEST(AsyncGenerator, RunsWithinTheTaskThatAsks) {
    struct seen {
        task_node* task;
        int depth;
    };
    auto looks = []() -> async_generator<seen> {
        for (;;) {
            co_yield seen{&current_task(), depth.get()};
            co_await yield_now();
        }
    };
    virtual_loop here;
    auto from = looks();
    auto ask = [&](int value) -> task<void> {
        depth.set(value);
        auto answer = co_await from.next();
        EXPECT_EQ(answer->task, &current_task());
        EXPECT_EQ(answer->depth, value);
    };
    here.run(ask(1));
    here.run(ask(2));
    run_virtual(ask(3));   // even on another loop
}

async_generator<int> ticks() {
    co_yield 1;
    co_await sleep(1s); co_yield static_cast<int>(std::source_location::current().line());
}
task<int> reads_ticks(unsigned& line) {
    auto from = ticks();
    co_await from.next();
    auto second = co_await from.next(); line = std::source_location::current().line();
    co_return *second;
}

TEST(AsyncGenerator, TheAsyncStackShowsItsNameAndLine) {
    virtual_loop here;
    unsigned line = 0;
    future<int> answer = here.start(reads_ticks(line));
    here.loop().turn(false);
    const std::vector<task_view> tasks = here.loop().tasks();
    here.finish(answer);
    ASSERT_EQ(tasks.size(), 1u);
    EXPECT_EQ(tasks[0].state, "sleep");
    const std::vector<frame_view>& stack = tasks[0].stack;
    ASSERT_EQ(stack.size(), 2u);
    EXPECT_THAT(stack[0].function, HasSubstr("ticks"));
    EXPECT_THAT(stack[0].file, testing::EndsWith("async_generator_test.cpp"));
    EXPECT_EQ(stack[0].line, static_cast<unsigned>(answer.get()));
    EXPECT_THAT(stack[1].function, HasSubstr("reads_ticks"));
    EXPECT_EQ(stack[1].line, line);
}

}  // namespace
}  // namespace troika
