// SPDX-License-Identifier: MIT
#include "inspect/trace_ring.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace troika::impl {
namespace {

trace_record numbered(std::uint64_t number) {
    trace_record record = trace_record::of(record_kind::mark, number, number + 1, 7, 9, 1);
    record.at = static_cast<std::int64_t>(number * 10);
    return record;
}

std::vector<trace_record> read(const trace_ring& ring, std::uint64_t& lost) {
    std::vector<trace_record> records;
    lost = ring.read(records);
    return records;
}

TEST(TraceRecord, KeepsWhatItIsMadeOf) {
    const auto record = trace_record::of(record_kind::call_done, 3, 4, record_ids_max,
                                         record_ids_max - 1, call_failed);
    EXPECT_EQ(record.kind(), record_kind::call_done);
    EXPECT_EQ(record.text(), record_ids_max);
    EXPECT_EQ(record.place(), record_ids_max - 1);
    EXPECT_EQ(record.flags(), call_failed);
    EXPECT_TRUE(record.has(call_failed));
    EXPECT_EQ(record.task, 3u);
    EXPECT_EQ(record.peer, 4u);
    EXPECT_NE(task_number(1, 2), task_number(2, 1));
}

TEST(TraceRing, GivesBackWhatWasWrittenInItsOrder) {
    trace_ring ring(64, 5, "five");
    EXPECT_EQ(ring.thread(), 5u);
    EXPECT_EQ(ring.name(), "five");
    std::uint64_t lost = 1;
    EXPECT_TRUE(read(ring, lost).empty());
    EXPECT_EQ(lost, 0u);
    for (std::uint64_t i = 0; i < 10; ++i) ring.push(numbered(i));
    const auto records = read(ring, lost);
    ASSERT_EQ(records.size(), 10u);
    for (std::uint64_t i = 0; i < 10; ++i) {
        EXPECT_EQ(records[i].task, i);
        EXPECT_EQ(records[i].peer, i + 1);
        EXPECT_EQ(records[i].at, static_cast<std::int64_t>(i * 10));
        EXPECT_EQ(records[i].kind(), record_kind::mark);
        EXPECT_EQ(records[i].text(), 7u);
        EXPECT_EQ(records[i].place(), 9u);
        EXPECT_EQ(records[i].flags(), 1u);
    }
    EXPECT_EQ(lost, 0u);
}

TEST(TraceRing, LosesTheOldestAndCountsThem) {
    trace_ring ring(100, 1, "");
    ASSERT_EQ(ring.capacity(), 128u);
    for (std::uint64_t i = 0; i < 1000; ++i) ring.push(numbered(i));
    std::uint64_t lost = 0;
    const auto records = read(ring, lost);
    // The one that the next push() replaces is never given: it may be half written.
    ASSERT_EQ(records.size(), 127u);
    EXPECT_EQ(lost, 873u);
    EXPECT_EQ(records.front().task, 873u);
    EXPECT_EQ(records.back().task, 999u);
}

TEST(TraceRing, IsReadWhileItsThreadWrites) {
    trace_ring ring(16, 1, "");
    std::atomic<bool> stop{false};
    std::thread writer([&] {
        for (std::uint64_t i = 0; !stop.load(std::memory_order_relaxed); ++i)
            ring.push(numbered(i));
    });
    std::uint64_t newest = 0;
    for (int round = 0; round < 20'000 || newest < 1000; ++round) {
        std::uint64_t lost = 0;
        const auto records = read(ring, lost);
        for (std::size_t i = 0; i < records.size(); ++i) {
            // Whole, and one after the other.
            ASSERT_EQ(records[i].task, lost + i);
            ASSERT_EQ(records[i].peer, records[i].task + 1);
            ASSERT_EQ(records[i].at, static_cast<std::int64_t>(records[i].task * 10));
        }
        if (!records.empty()) newest = records.back().task;
    }
    stop = true;
    writer.join();
}

}  // namespace
}  // namespace troika::impl
