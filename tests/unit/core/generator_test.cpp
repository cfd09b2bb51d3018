// SPDX-License-Identifier: MIT
#include <troika/core/generator.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <ranges>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace troika {
namespace {

using testing::ElementsAre;
using words = std::vector<std::string>;

static_assert(std::ranges::view<generator<int>>);
static_assert(std::ranges::input_range<generator<int>>);
static_assert(!std::ranges::forward_range<generator<int>>);
static_assert(std::ranges::viewable_range<generator<std::string>>);
static_assert(!std::copy_constructible<generator<int>>);
static_assert(std::same_as<std::ranges::range_reference_t<generator<int>>, int&&>);
static_assert(std::same_as<std::ranges::range_value_t<generator<const int&>>, int>);
static_assert(std::same_as<std::ranges::range_reference_t<generator<const int&>>, const int&>);

generator<int> naturals() {
    for (int i = 0;; ++i) co_yield i;
}

generator<int> count_to(int last) {
    for (int i = 1; i <= last; ++i) co_yield i;
}

template <class Range>
auto collect(Range&& range) {
    std::vector<std::ranges::range_value_t<Range>> all;
    for (auto&& each : range) all.push_back(std::forward<decltype(each)>(each));
    return all;
}

TEST(Generator, GivesItemsInTurn) {
    EXPECT_THAT(collect(count_to(3)), ElementsAre(1, 2, 3));
    EXPECT_THAT(collect(count_to(0)), ElementsAre());
}

TEST(Generator, IsARangeForTheStandardLibrary) {
    const auto odd = [](int i) { return i % 2 == 1; };
    const auto square = [](int i) { return i * i; };
    EXPECT_THAT(collect(naturals() | std::views::take(5)), ElementsAre(0, 1, 2, 3, 4));
    EXPECT_THAT(collect(naturals() | std::views::filter(odd) | std::views::transform(square) |
                        std::views::drop(1) | std::views::take_while([](int i) { return i < 60; })),
                ElementsAre(9, 25, 49));
    auto common = naturals() | std::views::take(3) | std::views::common;
    const std::vector<int> copied(common.begin(), common.end());
    EXPECT_THAT(copied, ElementsAre(0, 1, 2));
    std::vector<int> into;
    std::ranges::copy(count_to(3), std::back_inserter(into));
    EXPECT_THAT(into, ElementsAre(1, 2, 3));
    EXPECT_EQ(std::ranges::count_if(count_to(10), odd), 5);
    auto numbers = naturals();
    EXPECT_EQ(*std::ranges::find(numbers, 7), 7);
}

generator<int> count_aloud(words& log) {
    struct leaver {
        words& log;
        ~leaver() { log.push_back("left"); }
    } leaving{log};
    log.push_back("begun");
    co_yield 1;
    log.push_back("again");
    co_yield 2;
    log.push_back("ended");
}

TEST(Generator, RunsOnlyWhileItIsAsked) {
    words log;
    {
        auto numbers = count_aloud(log);
        EXPECT_THAT(log, ElementsAre());
        auto at = numbers.begin();
        EXPECT_THAT(log, ElementsAre("begun"));
        EXPECT_EQ(*at, 1);
        ++at;
        EXPECT_THAT(log, ElementsAre("begun", "again"));
        EXPECT_FALSE(at == numbers.end());
        at++;
        EXPECT_THAT(log, ElementsAre("begun", "again", "ended", "left"));
        EXPECT_TRUE(at == numbers.end());
    }
    EXPECT_EQ(log.size(), 4u);
    log.clear();
    for (int i : count_aloud(log)) {
        EXPECT_EQ(i, 1);
        break;
    }
    EXPECT_THAT(log, ElementsAre("begun", "left"));
    log.clear();
    { auto never_asked = count_aloud(log); }
    EXPECT_THAT(log, ElementsAre());
}

TEST(Generator, ASecondLoopGoesOnAfterTheItemOfTheFirst) {
    auto numbers = count_to(4);
    for (int i : numbers)
        if (i == 2) break;
    EXPECT_THAT(collect(numbers), ElementsAre(3, 4));
    EXPECT_THAT(collect(numbers), ElementsAre());
}

TEST(Generator, MovesWithWhatItHasBegun) {
    auto numbers = count_to(3);
    EXPECT_EQ(*numbers.begin(), 1);
    generator<int> others = std::move(numbers);
    EXPECT_FALSE(numbers.valid());   // NOLINT(bugprone-use-after-move)
    EXPECT_EQ(*others.begin(), 2);
    words log;
    auto replaced = count_aloud(log);
    EXPECT_EQ(*replaced.begin(), 1);
    replaced = std::move(others);
    EXPECT_THAT(log, ElementsAre("begun", "left"));
    EXPECT_THAT(collect(replaced), ElementsAre(3));
    EXPECT_DEATH(static_cast<void>(others.begin()), "moved from");
}

TEST(Generator, GivesObjectsThatCannotBeCopiedAndConverts) {
    auto boxes = []() -> generator<std::unique_ptr<int>> {
        co_yield std::make_unique<int>(1);
        auto kept = std::make_unique<int>(2);
        co_yield std::move(kept);
        co_yield nullptr;
    };
    std::vector<std::unique_ptr<int>> all = collect(boxes());
    ASSERT_EQ(all.size(), 3u);
    EXPECT_EQ(*all[0] + *all[1], 3);
    EXPECT_EQ(all[2], nullptr);

    auto texts = []() -> generator<std::string> {
        const std::string constant = "constant";
        std::string kept = "kept";
        co_yield constant;
        co_yield kept;
        co_yield kept;   // it was not moved from
        co_yield "converted";
    };
    EXPECT_THAT(collect(texts()), ElementsAre("constant", "kept", "kept", "converted"));
    auto longs = []() -> generator<long> {
        co_yield 0;
        const int narrow = 5;
        co_yield narrow;
    };
    EXPECT_THAT(collect(longs()), ElementsAre(0L, 5L));
}

TEST(Generator, GivesReferences) {
    auto each = [](std::vector<int>& of) -> generator<int&> {
        for (int& item : of) co_yield item;
    };
    std::vector<int> numbers(3, 1);
    for (int& item : each(numbers)) item += 1;
    EXPECT_THAT(numbers, ElementsAre(2, 2, 2));
    auto texts = []() -> generator<const std::string&> {
        co_yield std::string("a temporary, alive until the next step");
        co_yield "and a converted one, likewise long enough";
    };
    std::size_t letters = 0;
    auto all = texts();
    for (auto at = all.begin(); at != all.end(); ++at) letters += at->size();
    EXPECT_EQ(letters, 79u);
}

TEST(Generator, ThrowsWhatItsBodyThrewThenItIsAtItsEnd) {
    auto failing = [](int items) -> generator<int> {
        for (int i = 0; i < items; ++i) co_yield i;
        throw std::runtime_error("out of numbers");
    };
    for (const int items : {0, 2}) {
        std::vector<int> seen;
        auto numbers = failing(items);
        try {
            for (int i : numbers) seen.push_back(i);
            ADD_FAILURE() << "nothing was thrown";
        } catch (const std::runtime_error& error) {
            EXPECT_STREQ(error.what(), "out of numbers");
        }
        EXPECT_EQ(seen.size(), static_cast<std::size_t>(items));
        EXPECT_TRUE(numbers.begin() == numbers.end());
    }
}

TEST(Generator, WhatMakingAnItemThrowsIsTheBodysToCatch) {
    struct throws_when_copied {
        throws_when_copied() = default;
        throws_when_copied(throws_when_copied&&) = default;
        throws_when_copied(const throws_when_copied&) { throw std::runtime_error("no copies"); }
    };
    bool caught = false;
    auto items = [&]() -> generator<throws_when_copied> {
        const throws_when_copied original;
        try {
            co_yield original;
        } catch (const std::runtime_error&) {
            caught = true;
        }
    };
    auto all = items();
    EXPECT_TRUE(all.begin() == all.end());
    EXPECT_TRUE(caught);
}

struct node {
    int value;
    std::unique_ptr<node> left{};
    std::unique_ptr<node> right{};
};

generator<int> in_order(const node* at) {
    if (at == nullptr) co_return;
    co_yield elements_of(in_order(at->left.get()));
    co_yield at->value;
    co_yield elements_of(in_order(at->right.get()));
}

TEST(Generator, YieldsTheItemsOfOthers) {
    const node tree{4, std::make_unique<node>(2, std::make_unique<node>(1)),
                    std::make_unique<node>(6, std::make_unique<node>(5))};
    EXPECT_THAT(collect(in_order(&tree)), ElementsAre(1, 2, 4, 5, 6));
}

TEST(Generator, YieldsTheItemsOfAnyRange) {
    const std::vector<int> numbers{1, 2};
    auto all = [&]() -> generator<long> {
        co_yield elements_of(numbers);
        co_yield elements_of(std::vector<int>(2, 7));
        co_yield elements_of(naturals() | std::views::take(2));
        auto kept = []() -> generator<long> {
            co_yield 8;
            co_yield 9;
        }();
        co_yield elements_of(kept);
        co_yield kept.begin() == kept.end() ? 10 : 0;
    };
    EXPECT_THAT(collect(all()), ElementsAre(1, 2, 7, 7, 0, 1, 8, 9, 10));
    std::vector<std::string> texts(2, "text");
    auto references = [&]() -> generator<std::string&> { co_yield elements_of(texts); };
    for (std::string& each : references()) each += "s";
    EXPECT_THAT(texts, ElementsAre("texts", "texts"));
}

TEST(Generator, TheItemsOfOthersMayFail) {
    auto failing = []() -> generator<int> {
        co_yield 1;
        throw std::runtime_error("inner");
    };
    auto mends = [&]() -> generator<int> {
        bool failed = false;
        try {
            co_yield elements_of(failing());
        } catch (const std::runtime_error&) {
            failed = true;
        }
        if (failed) co_yield 2;
        co_yield elements_of(failing());
        co_yield 3;
    };
    std::vector<int> seen;
    auto all = mends();
    const auto read = [&] {
        for (int i : all) seen.push_back(i);
    };
    EXPECT_THROW(read(), std::runtime_error);
    EXPECT_THAT(seen, ElementsAre(1, 2, 1));
    EXPECT_TRUE(all.begin() == all.end());
}

generator<int> down_from(int n, words& log) {
    struct leaver {
        words& log;
        int depth;
        ~leaver() { log.push_back(std::to_string(depth)); }
    } leaving{log, n};
    co_yield n;
    if (n > 1) co_yield elements_of(down_from(n - 1, log));
}

TEST(Generator, LeftEarlyTheInnermostIsDestroyedFirst) {
    words log;
    for (int i : down_from(9, log))
        if (i == 7) break;
    EXPECT_THAT(log, ElementsAre("7", "8", "9"));
}

generator<int> deep(int n) {
    co_yield n;
    if (n > 0) co_yield elements_of(deep(n - 1));
}

TEST(Generator, DepthCostsNoStack) {
    // Without optimisation gcc resumes by a call: it gets as much depth as a stack surely has.
    constexpr int depth = 1000;
    int items = 0;
    auto all = deep(1'000'000);
    for (int i : all) {
        static_cast<void>(i);
        if (++items == 900'000) break;
    }
    EXPECT_EQ(*all.begin(), 100'000);
    auto whole = deep(depth);
    EXPECT_EQ(std::ranges::distance(whole), depth + 1);
}

TEST(Generator, OneThatHasBegunCanBeHandedOver) {
    auto numbers = deep(6);   // 6, 5, 4, ... one within the other
    for (int i : numbers)
        if (i == 4) break;
    auto outer = [](generator<int> inner) -> generator<int> {
        co_yield -1;
        co_yield elements_of(std::move(inner));
        co_yield -2;
    };
    EXPECT_THAT(collect(outer(std::move(numbers))), ElementsAre(-1, 3, 2, 1, 0, -2));
    auto ended = count_to(1);
    EXPECT_THAT(collect(ended), ElementsAre(1));
    EXPECT_THAT(collect(outer(std::move(ended))), ElementsAre(-1, -2));
}

TEST(Generator, AFrameIsRecycled) {
    if (!impl::recycling) return;   // an address sanitizer watches the heap's blocks instead
    EXPECT_THAT(collect(count_to(1)), ElementsAre(1));
    std::vector<const void*> before(std::begin(impl::current_thread.free),
                                    std::end(impl::current_thread.free));
    long sum = 0;
    for (int i : count_to(1000)) sum += i;
    EXPECT_EQ(sum, 500'500);
    const std::vector<const void*> after(std::begin(impl::current_thread.free),
                                         std::end(impl::current_thread.free));
    EXPECT_EQ(before, after);
}

TEST(Generator, MayGoOnOnAnotherThread) {
    auto numbers = count_to(3);
    EXPECT_EQ(*numbers.begin(), 1);
    std::vector<int> seen;
    std::thread other([&, moved = std::move(numbers)]() mutable {
        generator<int> mine = std::move(moved);
        for (int i : mine) seen.push_back(i);
    });
    other.join();
    EXPECT_THAT(seen, ElementsAre(2, 3));
}

}  // namespace
}  // namespace troika
