// SPDX-License-Identifier: MIT
#include <troika/pool/injector.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace troika::impl {
namespace {

struct letter {
    std::atomic<std::uintptr_t> next{0};
    std::size_t sender = 0;
    std::size_t number = 0;
};

struct links {
    static std::atomic<std::uintptr_t>& next(std::uintptr_t item) noexcept {
        if ((item & 1) != 0) return *reinterpret_cast<std::atomic<std::uintptr_t>*>(item - 1);
        return reinterpret_cast<letter*>(item)->next;
    }
    static std::uintptr_t stub(std::atomic<std::uintptr_t>& link) noexcept {
        return reinterpret_cast<std::uintptr_t>(&link) + 1;
    }
};

std::uintptr_t item_of(letter& of) { return reinterpret_cast<std::uintptr_t>(&of); }
letter& letter_of(std::uintptr_t item) { return *reinterpret_cast<letter*>(item); }

template <class Box>
std::vector<std::size_t> take_numbers(Box& box, std::size_t count_max) {
    std::vector<std::size_t> numbers;
    const std::size_t count = box.take(
        count_max, [&](std::uintptr_t item) { numbers.push_back(letter_of(item).number); });
    EXPECT_EQ(count, numbers.size());
    return numbers;
}

TEST(Injector, GivesWhatWasPutInFirst) {
    injector<std::uintptr_t, links> box;
    EXPECT_TRUE(box.empty());
    EXPECT_THAT(take_numbers(box, 10), testing::IsEmpty());
    std::vector<letter> letters(5);
    for (std::size_t i = 0; i < letters.size(); ++i) {
        letters[i].number = i;
        box.push(item_of(letters[i]));
        EXPECT_FALSE(box.empty());
    }
    EXPECT_THAT(take_numbers(box, 2), testing::ElementsAre(0, 1));
    EXPECT_FALSE(box.empty());
    EXPECT_THAT(take_numbers(box, 10), testing::ElementsAre(2, 3, 4));
    EXPECT_TRUE(box.empty());
    box.push(item_of(letters[1]));
    EXPECT_THAT(take_numbers(box, 1), testing::ElementsAre(1));
    EXPECT_TRUE(box.empty());
}

TEST(Injector, WhatIsTakenMayBePutInAtOnce) {
    injector<std::uintptr_t, links> box;
    letter one;
    box.push(item_of(one));
    int turns = 0;
    EXPECT_EQ(box.take(5, [&](std::uintptr_t item) {
        if (++turns < 3) box.push(item);
    }), 3u);
    EXPECT_TRUE(box.empty());
}

TEST(Injector, OneTakesAtATime) {
    injector<std::uintptr_t, links> box;
    letter first;
    letter second;
    box.push(item_of(first));
    box.push(item_of(second));
    EXPECT_EQ(box.take(1, [&](std::uintptr_t) {
        EXPECT_THAT(take_numbers(box, 1), testing::IsEmpty());
        EXPECT_FALSE(box.empty());
    }), 1u);
    EXPECT_THAT(take_numbers(box, 1), testing::SizeIs(1));
}

// Atomics whose owner is told before each exchange, and after it.
struct told_atomics {
    template <class T>
    class atomic : public std::atomic<T> {
    public:
        using std::atomic<T>::atomic;
        T exchange(T value, std::memory_order order) noexcept {
            if (before_exchange) before_exchange(static_cast<std::uintptr_t>(value));
            const T old = std::atomic<T>::exchange(value, order);
            if (after_exchange) after_exchange(static_cast<std::uintptr_t>(value));
            return old;
        }
    };
    template <class T>
    using plain = T;

    static inline std::function<void(std::uintptr_t)> before_exchange;
    static inline std::function<void(std::uintptr_t)> after_exchange;
};

struct told_letter {
    told_atomics::atomic<std::uintptr_t> next{0};
};
struct told_links {
    static told_atomics::atomic<std::uintptr_t>& next(std::uintptr_t item) noexcept {
        if ((item & 1) != 0)
            return *reinterpret_cast<told_atomics::atomic<std::uintptr_t>*>(item - 1);
        return reinterpret_cast<told_letter*>(item)->next;
    }
    static std::uintptr_t stub(told_atomics::atomic<std::uintptr_t>& link) noexcept {
        return reinterpret_cast<std::uintptr_t>(&link) + 1;
    }
};

// Who takes puts the stub behind the last item. If another item has come in between, and is not
// linked yet, nothing can be taken, but there is something: whoever looks later must see that.
TEST(Injector, IsNotEmptyWhileItemsStandBeforeTheStub) {
    injector<std::uintptr_t, told_links, told_atomics> box;
    told_letter first;
    told_letter second;
    const auto bits = [](told_letter& of) { return reinterpret_cast<std::uintptr_t>(&of); };
    box.push(bits(first));
    std::atomic<bool> in{false};
    std::atomic<bool> may_link{false};
    std::thread putter;
    told_atomics::after_exchange = [&](std::uintptr_t item) {
        if (item != bits(second)) return;
        in = true;
        while (!may_link) std::this_thread::yield();
    };
    bool once = true;
    told_atomics::before_exchange = [&](std::uintptr_t item) {
        if ((item & 1) == 0 || !std::exchange(once, false)) return;   // not the stub
        putter = std::thread([&] { box.push(bits(second)); });
        while (!in) std::this_thread::yield();
    };
    const auto drop = [](std::uintptr_t) {};
    EXPECT_EQ(box.take(2, drop), 0u);
    EXPECT_FALSE(box.empty());
    may_link = true;
    ASSERT_TRUE(putter.joinable());
    putter.join();
    EXPECT_FALSE(box.empty());
    EXPECT_EQ(box.take(2, drop), 2u);
    EXPECT_TRUE(box.empty());
    told_atomics::before_exchange = nullptr;
    told_atomics::after_exchange = nullptr;
}

TEST(Injector, ManyThreadsLoseNothingAndKeepTheOrderOfEach) {
    constexpr std::size_t senders = 3;
    constexpr std::size_t takers = 2;
    constexpr std::size_t letters_each = 50'000;
    injector<std::uintptr_t, links> box;
    std::vector<std::vector<letter>> letters;
    for (std::size_t i = 0; i < senders; ++i) letters.emplace_back(letters_each);
    std::vector<std::atomic<int>> seen(senders * letters_each);
    std::vector<std::size_t> expected(senders);   // guarded by the turn to take
    std::atomic<std::size_t> left{senders * letters_each};
    std::vector<std::thread> threads;
    for (std::size_t sender = 0; sender < senders; ++sender)
        threads.emplace_back([&, sender] {
            for (std::size_t i = 0; i < letters_each; ++i) {
                letter& one = letters[sender][i];
                one.sender = sender;
                one.number = i;
                box.push(item_of(one));
            }
        });
    for (std::size_t taker = 0; taker < takers; ++taker)
        threads.emplace_back([&, taker] {
            while (left != 0) {
                const std::size_t count = box.take(taker + 1, [&](std::uintptr_t item) {
                    const letter& one = letter_of(item);
                    ++seen[one.sender * letters_each + one.number];
                    EXPECT_EQ(expected[one.sender]++, one.number);
                });
                left -= count;
                if (count == 0) std::this_thread::yield();
            }
        });
    for (std::thread& each : threads) each.join();
    for (const auto& each : seen) ASSERT_EQ(each, 1);
    EXPECT_TRUE(box.empty());
}

}  // namespace
}  // namespace troika::impl
