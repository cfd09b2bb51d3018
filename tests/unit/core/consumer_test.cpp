// SPDX-License-Identifier: MIT
#include <troika/core/consumer.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace troika {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using words = std::vector<std::string>;

static_assert(!std::copy_constructible<consumer<int, int>>);
static_assert(std::movable<consumer<int, int>>);

consumer<double, double> running_mean() {
    double sum = 0, count = 0, mean = 0;
    for (;;) {
        sum += co_yield mean;
        mean = sum / ++count;
    }
}

/// Adds up to `limit` numbers, then returns their sum; a std::domain_error is answered with -1.
consumer<int, int, long> adder(int limit) {
    long sum = 0;
    try {
        for (int i = 0; i < limit; ++i) {
            int next = 0;
            bool failed = false;
            try {
                next = co_yield static_cast<int>(sum);
            } catch (const std::domain_error&) {
                failed = true;
            }
            if (failed) next = co_yield -1;
            sum += next;
        }
    } catch (const generator_exit&) {
    }
    co_return sum;
}

template <class Call>
std::string message_of(Call&& call) {
    try {
        std::forward<Call>(call)();
    } catch (const std::exception& error) {
        return error.what();
    }
    return "nothing was thrown";
}

TEST(Consumer, AnswersWhatItIsSent) {
    auto mean = running_mean();
    EXPECT_EQ(mean.send(3), 3);
    EXPECT_EQ(mean.send(5), 4);
    EXPECT_EQ(mean.send(10), 6);
}

TEST(Consumer, StartGivesWhatItYieldsBeforeItWasSentAnything) {
    auto greets = []() -> consumer<std::string, std::string> {
        std::string name = co_yield "who?";
        for (;;) name = co_yield "hello " + name;
    };
    auto polite = greets();
    EXPECT_EQ(polite.start(), "who?");
    EXPECT_EQ(polite.send("Ada"), "hello Ada");
    EXPECT_THAT(message_of([&] { polite.start(); }), HasSubstr("has begun"));
    EXPECT_EQ(polite.send("Alan"), "hello Alan");   // nothing was lost
}

TEST(Consumer, BeginsWhenItIsFirstUsedAndIsUnwoundWhereItStands) {
    words log;
    auto aloud = [](words& to) -> consumer<int, int> {
        struct leaver {
            words& log;
            ~leaver() { log.push_back("left"); }
        } leaving{to};
        to.push_back("begun");
        for (int i = 0;; ++i) co_yield i;
    };
    {
        auto never_used = aloud(log);
        EXPECT_FALSE(never_used.ended());
    }
    EXPECT_THAT(log, ElementsAre());
    {
        auto used = aloud(log);
        EXPECT_EQ(used.send(0), 1);
        auto moved = std::move(used);
        EXPECT_FALSE(used.valid());   // NOLINT(bugprone-use-after-move)
        EXPECT_EQ(moved.send(0), 2);
        EXPECT_THAT(log, ElementsAre("begun"));
    }
    EXPECT_THAT(log, ElementsAre("begun", "left"));
}

TEST(Consumer, SaysThatItHasEndedAndKeepsWhatItReturned) {
    auto sum = adder(2);
    EXPECT_EQ(sum.send(20), 20);
    EXPECT_THROW(sum.send(22), stop_iteration);
    EXPECT_TRUE(sum.ended());
    EXPECT_EQ(sum.result(), 42);
    EXPECT_EQ(sum.result(), std::nullopt);
    EXPECT_THAT(message_of([&] { sum.send(1); }), HasSubstr("send(): the consumer has ended"));
    EXPECT_EQ(sum.close(), std::nullopt);

    auto at_once = adder(0);
    EXPECT_THROW(at_once.start(), stop_iteration);
    EXPECT_EQ(at_once.result(), 0);
    auto sent = adder(0);
    EXPECT_THROW(sent.send(1), stop_iteration);
}

TEST(Consumer, ThrowsInAndGoesOnIfThatIsCaught) {
    auto sum = adder(3);
    EXPECT_EQ(sum.send(1), 1);
    EXPECT_EQ(sum.throw_in(std::domain_error("not a number")), -1);
    EXPECT_EQ(sum.send(2), 3);
    EXPECT_EQ(sum.throw_in(std::make_exception_ptr(std::domain_error("again"))), -1);
    EXPECT_THROW(sum.send(4), stop_iteration);
    EXPECT_EQ(sum.result(), 7);
}

TEST(Consumer, WhatIsThrownInAndNotCaughtEndsIt) {
    auto sum = adder(3);
    EXPECT_EQ(sum.start(), 0);
    EXPECT_EQ(message_of([&] { sum.throw_in(std::runtime_error("disk full")); }), "disk full");
    EXPECT_TRUE(sum.ended());
    EXPECT_THROW(sum.send(1), stop_iteration);
    // As in Python, one that has ended, or has not begun, gives the error back.
    EXPECT_EQ(message_of([&] { sum.throw_in(std::runtime_error("again")); }), "again");
    auto fresh = adder(3);
    EXPECT_EQ(message_of([&] { fresh.throw_in(std::domain_error("first")); }), "first");
    EXPECT_TRUE(fresh.ended());
    EXPECT_THROW(fresh.throw_in(std::exception_ptr()), std::invalid_argument);
    EXPECT_THROW(running_mean().throw_in(1), int);
}

TEST(Consumer, WhatTheBodyThrowsComesOutOfTheCall) {
    auto fails = [](bool at_once) -> consumer<int, int> {
        if (at_once) throw std::runtime_error("at once");
        const int sent = co_yield 0;
        throw std::runtime_error(std::to_string(sent));
    };
    auto first = fails(true);
    EXPECT_EQ(message_of([&] { first.start(); }), "at once");
    EXPECT_TRUE(first.ended());
    auto before = fails(true);
    EXPECT_EQ(message_of([&] { before.send(3); }), "at once");
    auto second = fails(false);
    EXPECT_EQ(message_of([&] { second.send(7); }), "7");
    EXPECT_THROW(second.send(8), stop_iteration);
}

TEST(Consumer, ClosingGivesWhatItReturns) {
    auto sum = adder(9);
    sum.send(1);
    sum.send(2);
    EXPECT_EQ(sum.close(), 3);
    EXPECT_TRUE(sum.ended());
    EXPECT_EQ(sum.close(), std::nullopt);
    EXPECT_EQ(sum.result(), std::nullopt);
    auto never_begun = adder(9);
    EXPECT_EQ(never_begun.close(), std::nullopt);
    EXPECT_THROW(never_begun.send(1), stop_iteration);
    auto lets_it_pass = running_mean();
    lets_it_pass.send(1);
    lets_it_pass.close();
    EXPECT_TRUE(lets_it_pass.ended());
}

TEST(Consumer, ClosingThrowsWhatTheBodyThrowsInstead) {
    auto fails = []() -> consumer<int, int, int> {
        try {
            co_yield 0;
        } catch (const generator_exit&) {
            throw std::runtime_error("cannot end");
        }
        co_return 1;
    };
    auto one = fails();
    one.start();
    EXPECT_EQ(message_of([&] { static_cast<void>(one.close()); }), "cannot end");
    EXPECT_TRUE(one.ended());
}

TEST(Consumer, OneThatYieldsWhenItIsClosedGoesOn) {
    auto stubborn = []() -> consumer<int, int> {
        bool refused = false;
        try {
            co_yield 0;
        } catch (const generator_exit&) {
            refused = true;
        }
        for (int i = refused ? 100 : 0;; ++i) co_yield i;
    };
    auto one = stubborn();
    one.start();
    EXPECT_THAT(message_of([&] { one.close(); }), HasSubstr("went on to yield"));
    EXPECT_FALSE(one.ended());
    EXPECT_EQ(one.send(0), 101);
    one.close();
    EXPECT_TRUE(one.ended());
}

TEST(Consumer, TakesAndGivesWhatCannotBeCopiedAndReferences) {
    auto boxes = []() -> consumer<std::unique_ptr<int>, std::unique_ptr<int>> {
        std::unique_ptr<int> box;
        for (;;) {
            box = co_yield std::move(box);
            *box += 1;
        }
    };
    auto through = boxes();
    EXPECT_EQ(*through.send(std::make_unique<int>(41)), 42);
    auto marks = []() -> consumer<std::string&, const std::string&> {
        const std::string none;
        const std::string* answer = &none;
        for (;;) {
            std::string& text = co_yield *answer;
            text += "!";
            answer = &text;
        }
    };
    auto marker = marks();
    std::string text = "hot";
    EXPECT_EQ(&marker.send(text), &text);
    EXPECT_EQ(text, "hot!");
}

TEST(Consumer, ABodyThatUsesItselfIsToldSo) {
    consumer<int, int>* self = nullptr;
    auto loops = [&]() -> consumer<int, int> {
        const int sent = co_yield 0;
        co_yield self->send(sent);
    };
    auto one = loops();
    self = &one;
    one.start();
    EXPECT_THAT(message_of([&] { one.send(1); }), HasSubstr("from within its own body"));
    EXPECT_TRUE(one.ended());
}

TEST(ConsumerDeathTest, UseAfterAMoveIsABug) {
    auto one = running_mean();
    auto other = std::move(one);
    EXPECT_DEATH(one.send(1), "moved from");
    EXPECT_EQ(other.send(1), 1);
}

}  // namespace
}  // namespace troika
