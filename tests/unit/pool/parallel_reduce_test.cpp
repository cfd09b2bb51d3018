// SPDX-License-Identifier: MIT
#include <troika/pool/parallel_reduce.hpp>

#include <troika/loop/run.hpp>

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <deque>
#include <memory>
#include <numeric>
#include <ranges>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace troika {
namespace {

class ParallelReduce : public ::testing::TestWithParam<std::size_t> {
protected:
    thread_pool threads{{.workers = GetParam()}};
};
INSTANTIATE_TEST_SUITE_P(Workers, ParallelReduce, ::testing::Values(1, 2, 4));

std::vector<double> some_doubles(std::size_t count) {
    std::vector<double> values(count);
    for (std::size_t i = 0; i < count; ++i)
        values[i] = std::sin(static_cast<double>(i)) * std::pow(10.0, static_cast<double>(i % 17));
    return values;
}

TEST_P(ParallelReduce, AddsUpRangesOfAllSizes) {
    for (const int count : {0, 1, 2, 63, 64, 65, 127, 1000, 100'003}) {
        const auto numbers = std::views::iota(0, count);
        const long expected = std::accumulate(numbers.begin(), numbers.end(), 5L);
        const std::vector<double> reals(numbers.begin(), numbers.end());
        for (const std::size_t grain : {0u, 1u, 10u, 1'000'000u})
            for (const bool fixed : {false, true}) {
                const reduce_options how{.grain = grain, .deterministic = fixed};
                EXPECT_EQ(parallel_reduce(threads, numbers, 5L, std::plus{}, how), expected);
                EXPECT_EQ(parallel_reduce(threads, reals, 5.0, std::plus{}, how), expected);
            }
    }
}

TEST_P(ParallelReduce, CombinesInOrderBecauseOperationsNeedNotCommute) {
    std::vector<std::string> words;
    std::string expected = "<";
    for (int i = 0; i < 3000; ++i) {
        words.push_back(std::to_string(i) + " ");
        expected += words.back();
    }
    EXPECT_EQ(parallel_reduce(threads, words, std::string("<"), std::plus{}), expected);
    EXPECT_EQ(parallel_reduce(threads, words, std::string("<"), std::plus{},
                              {.grain = 7, .deterministic = true}),
              expected);
}

struct affine {   // x -> factor * x + offset, modulo 2^64
    std::uint64_t factor = 1;
    std::uint64_t offset = 0;
    bool operator==(const affine&) const = default;
};
affine then(const affine& first, const affine& second) {
    return {first.factor * second.factor, first.offset * second.factor + second.offset};
}

TEST_P(ParallelReduce, KeepsTheOrderInItsInnermostLoopToo) {
    std::vector<affine> steps;
    for (std::uint64_t i = 0; i < 5000; ++i) steps.push_back({2 * i + 3, i * i});
    affine expected;
    for (const affine& each : steps) expected = then(expected, each);
    EXPECT_EQ(parallel_reduce(threads, steps, affine{}, then), expected);
}

TEST_P(ParallelReduce, TransformsBeforeItCombines) {
    const std::deque<std::string> words(1000, "four");
    const auto length = [](const std::string& word) { return word.size(); };
    EXPECT_EQ(parallel_reduce(threads, words, std::size_t{2}, std::plus{}, length), 4002u);
    EXPECT_EQ(parallel_reduce(threads, words, std::size_t{2}, std::plus{}, &std::string::size,
                              {.deterministic = true}),
              4002u);
}

TEST_P(ParallelReduce, ResultsNeedOnlyBeMovable) {
    using owned = std::unique_ptr<int>;
    const auto own = [](int value) { return std::make_unique<int>(value); };
    const auto add = [](owned a, owned b) {
        *a += *b;
        return a;
    };
    const std::vector<int> ones(1000, 1);
    EXPECT_EQ(*parallel_reduce(threads, ones, own(7), add, own), 1007);
}

TEST_P(ParallelReduce, ThrowsWhatACallThrew) {
    const std::vector<int> numbers(100'000, 1);
    const auto fails = [](int a, int b) -> int {
        if (a + b == 40) throw std::out_of_range("40");
        return a + b;
    };
    EXPECT_THROW(parallel_reduce(threads, numbers, 0, fails), std::out_of_range);
    EXPECT_THROW(parallel_reduce(threads, numbers, 0, fails, {.deterministic = true}),
                 std::out_of_range);
}

TEST_P(ParallelReduce, IsATaskWhereItIsAwaited) {
    const std::vector<double> values = some_doubles(10'000);
    const double expected =
        parallel_reduce(threads, values, 0.0, std::plus{}, {.deterministic = true});
    auto work = [&]() -> task<double> {
        co_return co_await parallel_reduce(awaited(threads), values, 0.0, std::plus{},
                                           {.deterministic = true});
    };
    EXPECT_EQ(run(work()), expected);
    EXPECT_EQ(threads.submit(work()).get(), expected);
}

TEST(ParallelReduceDeterministic, GivesTheSameBitsWhateverTheNumberOfWorkers) {
    const std::vector<double> values = some_doubles(200'000);
    std::set<std::uint64_t> seen;
    for (const std::size_t workers : {1u, 2u, 3u, 5u}) {
        thread_pool threads{{.workers = workers}};
        for (int i = 0; i < 20; ++i)
            seen.insert(std::bit_cast<std::uint64_t>(
                parallel_reduce(threads, values, 0.0, std::plus{}, {.deterministic = true})));
    }
    EXPECT_EQ(seen.size(), 1u);
}

}  // namespace
}  // namespace troika
