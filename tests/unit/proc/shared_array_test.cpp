// SPDX-License-Identifier: MIT
#include <troika/proc/shared_array.hpp>

#include <troika/proc/process_pool.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <numeric>
#include <ranges>
#include <stdexcept>
#include <string>
#include <vector>

#include <unistd.h>

namespace troika {
namespace {

static_assert(std::ranges::contiguous_range<shared_array<float>>);
static_assert(std::ranges::sized_range<const shared_array<float>>);
static_assert(crossable<shared_array<float>>);
static_assert(shareable<std::array<int, 4>>);
static_assert(shareable<std::atomic<long>>);
static_assert(!shareable<std::string>);
static_assert(!shareable<int*>);
static_assert(!std::is_convertible_v<shared_array<const int>, shared_array<int>>);

struct image {
    int width;
    shared_array<float> pixels;
};

void fill_row(const image& of, int row) {
    for (int x = 0; x < of.width; ++x)
        of.pixels[static_cast<std::size_t>(row * of.width + x)] = static_cast<float>(row);
}
double sum(shared_array<const float> of) { return std::accumulate(of.begin(), of.end(), 0.0); }
void count_up(shared_array<std::atomic<long>> counters) {
    for (int i = 0; i < 10'000; ++i) counters[1].fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

TEST(shared_array, is_a_range_of_its_elements) {
    const shared_array<int> numbers(5);
    EXPECT_EQ(numbers.size(), 5U);
    EXPECT_EQ(std::ranges::count(numbers, 0), 5);
    std::ranges::copy(std::vector{5, 3, 1, 2, 4}, numbers.begin());
    std::ranges::sort(numbers.span());
    EXPECT_EQ(numbers[4], 5);
    EXPECT_EQ(numbers.data() + 5, numbers.end());
    const shared_array<int> same = numbers;
    same[0] = 10;
    EXPECT_EQ(numbers[0], 10);
    EXPECT_TRUE(shared_array<int>().empty());
    EXPECT_EQ(shared_array<int>(3, 8)[2], 8);
    EXPECT_EQ(shared_array<int>(std::vector{1, 2}).span().back(), 2);
    const shared_array<const int> read_only = numbers;
    EXPECT_EQ(read_only.data(), numbers.data());
    EXPECT_THROW(shared_array<int>(~std::size_t{0}), std::bad_array_new_length);
}

TEST(shared_array, workers_fill_their_parts_of_it) {
    process_pool processes({.workers = 2});
    const image whole{100, shared_array<float>{100 * 50}};
    std::vector<future<void>> rows;
    for (int row = 0; row < 50; ++row) rows.push_back(processes.submit<&fill_row>(whole, row));
    for (const future<void>& row : rows) row.get();
    EXPECT_EQ(processes.submit<&sum>(whole.pixels).get(), 100.0 * (49 * 50 / 2));
    EXPECT_EQ(whole.pixels[4'999], 49.0F);
}

TEST(shared_array, atomics_count_across_processes) {
    process_pool processes({.workers = 2});
    const shared_array<std::atomic<long>> counters(2);
    std::vector<future<void>> calls;
    for (int i = 0; i < 4; ++i) calls.push_back(processes.submit<&count_up>(counters));
    for (const future<void>& call : calls) call.get();
    EXPECT_EQ(counters[1].load(), 40'000);
}

TEST(shared_array, one_that_is_larger_than_its_memory_is_refused) {
    const shared_array<int> numbers(1024);
    wire_writer writer;
    writer.put(std::uint64_t{1025});
    writer.write(numbers.memory());
    std::vector<std::byte> message;
    for (const auto segment : writer.segments())
        message.insert(message.end(), segment.begin(), segment.end());
    received_attachment attachments[] = {
        {writer.attachments()[0].id, ::dup(writer.attachments()[0].descriptor)}};
    memory_source source(message, attachments);
    wire_reader reader(source, message.size());
    EXPECT_THROW(static_cast<void>(reader.read<shared_array<int>>()), wire_error);
}

}  // namespace troika
