// SPDX-License-Identifier: MIT
#include <troika/pool/parallel_map.hpp>

#include <troika/loop/run.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <numeric>
#include <ranges>
#include <stdexcept>
#include <string>
#include <vector>

namespace troika {
namespace {

class ParallelMap : public ::testing::TestWithParam<std::size_t> {
protected:
    thread_pool threads{{.workers = GetParam()}};
};
INSTANTIATE_TEST_SUITE_P(Workers, ParallelMap, ::testing::Values(1, 2, 4));

TEST_P(ParallelMap, GivesTheResultsInOrder) {
    for (const int count : {0, 1, 2, 100, 20'000}) {
        std::vector<int> numbers(static_cast<std::size_t>(count));
        std::iota(numbers.begin(), numbers.end(), 0);
        const auto squares =
            parallel_map(threads, numbers, [](int i) { return static_cast<long>(i) * i; });
        const auto words = parallel_map(threads, std::views::iota(0, count),
                                        [](int i) { return std::to_string(i); }, {.grain = 3});
        const auto odd = parallel_map(threads, numbers, [](int i) { return i % 2 == 1; });
        static_assert(std::same_as<decltype(odd), const std::vector<bool>>);
        ASSERT_EQ(squares.size(), numbers.size());
        for (std::size_t i = 0; i < numbers.size(); ++i) {
            ASSERT_EQ(squares[i], static_cast<long>(i * i));
            ASSERT_EQ(words[i], std::to_string(i));
            ASSERT_EQ(odd[i], i % 2 == 1);
        }
    }
}

/// Counts how many there are; can only be moved.
class counted {
public:
    explicit counted(int value) : value_(value) { ++alive; }
    counted(counted&& other) noexcept : value_(other.value_) { ++alive; }
    ~counted() { --alive; }
    [[nodiscard]] int value() const { return value_; }

    static inline std::atomic<int> alive = 0;

private:
    const int value_;
};

TEST_P(ParallelMap, ResultsNeedOnlyBeMovable) {
    {
        const auto made =
            parallel_map(threads, std::views::iota(0, 1000), [](int i) { return counted(i); });
        EXPECT_EQ(counted::alive, 1000);
        EXPECT_EQ(made[999].value(), 999);
    }
    EXPECT_EQ(counted::alive, 0);
}

TEST_P(ParallelMap, AFailureDestroysWhatWasMade) {
    const auto make = [](int i) {
        if (i == 800) throw std::out_of_range("800");
        return counted(i);
    };
    EXPECT_THROW(parallel_map(threads, std::views::iota(0, 1000), make), std::out_of_range);
    EXPECT_EQ(counted::alive, 0);
}

TEST_P(ParallelMap, ReferencesStayReferences) {
    std::vector<int> numbers(100, 1);
    const auto itself = [](int& i) -> int& { return i; };
    const auto same = parallel_map(threads, numbers, itself);
    same[70].get() = 7;
    EXPECT_EQ(numbers[70], 7);
}

TEST_P(ParallelMap, IsATaskWhereItIsAwaited) {
    const std::vector<int> numbers(500, 3);
    auto square = [](int i) { return i * i; };
    auto work = [&]() -> task<std::vector<int>> {
        co_return co_await parallel_map(awaited(threads), numbers, square);
    };
    EXPECT_EQ(run(work()), std::vector<int>(500, 9));
    EXPECT_EQ(threads.submit(work()).get(), std::vector<int>(500, 9));
}

}  // namespace
}  // namespace troika
