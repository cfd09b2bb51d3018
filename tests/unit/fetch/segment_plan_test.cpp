// SPDX-License-Identifier: MIT
#include "fetch/segment_plan.hpp"

#include <troika/base/random.hpp>

#include <gtest/gtest.h>

#include <algorithm>

namespace troika::fetch {
namespace {

using ranges = std::vector<file_range>;

file_range take(segment_plan& plan) {
    const auto given = plan.next();
    EXPECT_TRUE(given);
    return given ? plan.rest(*given) : file_range();
}

TEST(SegmentPlan, DividesAFileEvenly) {
    segment_plan plan(1000, 3, 100);
    EXPECT_EQ(take(plan), (file_range{0, 334}));
    EXPECT_EQ(take(plan), (file_range{334, 667}));
    EXPECT_EQ(take(plan), (file_range{667, 1000}));
    EXPECT_EQ(plan.active(), 3u);
    EXPECT_FALSE(plan.done());
}

TEST(SegmentPlan, MakesNoPartSmallerThanTheLeast) {
    segment_plan plan(250, 8, 100);
    EXPECT_EQ(take(plan), (file_range{0, 125}));
    EXPECT_EQ(take(plan), (file_range{125, 250}));
    EXPECT_FALSE(plan.next());   // a half would have 62 bytes

    segment_plan small(10, 8, 100);
    EXPECT_EQ(take(small), (file_range{0, 10}));
    EXPECT_FALSE(small.next());
}

TEST(SegmentPlan, AnEmptyFileIsDoneAtOnce) {
    segment_plan plan(0, 4, 1);
    EXPECT_TRUE(plan.done());
    EXPECT_FALSE(plan.next());
    EXPECT_TRUE(plan.holes().empty());
    EXPECT_EQ(plan.prefix(), 0u);
}

TEST(SegmentPlan, WhoIsDoneTakesHalfOfTheLargestRest) {
    segment_plan plan(2000, 2, 100);
    const auto slow = plan.next().value(), fast = plan.next().value();
    EXPECT_EQ(plan.advance(slow, 200), 200u);
    EXPECT_EQ(plan.advance(fast, 1000), 1000u);
    plan.end(fast);
    const auto stolen = plan.next().value();
    EXPECT_EQ(plan.rest(stolen), (file_range{600, 1000}));
    EXPECT_EQ(plan.rest(slow), (file_range{200, 600}));

    // What the victim had asked for before is cut where its rest ends now.
    EXPECT_EQ(plan.advance(slow, 800), 400u);
    EXPECT_TRUE(plan.rest(slow).empty());
    EXPECT_EQ(plan.prefix(), 600u);
    EXPECT_EQ(plan.advance(slow, 1), 0u);

    EXPECT_EQ(plan.advance(stolen, 201), 201u);
    plan.end(slow);
    EXPECT_FALSE(plan.next());   // 199 are left: a half has 99
    EXPECT_EQ(plan.advance(stolen, 199), 199u);
    EXPECT_TRUE(plan.done());
    EXPECT_EQ(plan.written(), (ranges{{0, 2000}}));
}

TEST(SegmentPlan, WhatAFailedWorkerLeavesIsWorkForTheNext) {
    segment_plan plan(1000, 2, 100);
    const auto first = plan.next().value();
    const auto second = plan.next().value();
    plan.advance(first, 123);
    plan.advance(second, 50);
    plan.end(first);
    plan.end(second);
    EXPECT_EQ(plan.active(), 0u);
    EXPECT_EQ(plan.holes(), (ranges{{123, 500}, {550, 1000}}));
    EXPECT_EQ(plan.prefix(), 123u);
    EXPECT_EQ(plan.written_bytes(), 173u);
    EXPECT_EQ(take(plan), (file_range{123, 500}));
    EXPECT_EQ(take(plan), (file_range{550, 1000}));
}

TEST(SegmentPlan, GoesOnFromWhatIsWritten) {
    const ranges before{{100, 300}, {300, 400}, {800, 1000}};
    segment_plan plan(1000, 4, 50, before);
    EXPECT_EQ(plan.written(), (ranges{{100, 400}, {800, 1000}}));
    EXPECT_EQ(plan.written_bytes(), 500u);
    EXPECT_EQ(plan.prefix(), 0u);
    // 100 bytes get one worker of four, 400 bytes three.
    EXPECT_EQ(take(plan), (file_range{0, 100}));
    EXPECT_EQ(take(plan), (file_range{400, 534}));
    EXPECT_EQ(take(plan), (file_range{534, 667}));
    EXPECT_EQ(take(plan), (file_range{667, 800}));
}

TEST(SegmentPlan, SizesNearTheLargestNumberAreNotDifferent) {
    const std::uint64_t size = ~std::uint64_t{0};
    segment_plan plan(size, 2, 1);
    const file_range low = take(plan), high = take(plan);
    EXPECT_EQ(low.begin, 0u);
    EXPECT_EQ(low.end, high.begin);
    EXPECT_EQ(high.end, size);
}

TEST(SegmentPlanDeathTest, ASegmentEndsOnce) {
    segment_plan plan(1000, 1, 1);
    const auto only = plan.next().value();
    plan.end(only);
    EXPECT_DEATH(plan.end(only), "after its end");
    EXPECT_DEATH(static_cast<void>(plan.rest(7)), "after its end");
    const ranges wrong{{5, 9}, {8, 10}};
    EXPECT_DEATH(segment_plan(10, 1, 1, wrong), "sorted");
}

// Workers that progress, fail and are restarted in any order write every byte once.
TEST(SegmentPlan, EveryByteIsWrittenOnceWhateverHappens) {
    random source(7);
    for (int round = 0; round < 300; ++round) {
        const std::uint64_t size = source() % 5000;
        const auto connections = static_cast<std::uint32_t>(1 + source() % 8);
        const std::uint64_t min_split = 1 + source() % 200;
        std::vector<char> bytes(size, 0);
        segment_plan plan(size, connections, min_split);
        std::vector<segment_plan::segment> working;
        while (!plan.done()) {
            const std::uint64_t dice = source() % 10;
            if (dice == 0) {   // a crash: the next run knows what was serialized
                const auto note = parse_ranges(serialize_ranges(plan.written()), size);
                ASSERT_TRUE(note) << note.error();
                ASSERT_EQ(*note, plan.written());
                for (const auto each : working) plan.end(each);
                working.clear();
            } else if (working.size() < connections && dice < 4) {
                if (const auto given = plan.next()) working.push_back(*given);
            } else if (!working.empty()) {
                const std::size_t who = source() % working.size();
                const std::uint64_t at = plan.rest(working[who]).begin;
                const std::uint64_t count = plan.advance(working[who], source() % 400);
                for (std::uint64_t i = at; i < at + count; ++i) ASSERT_EQ(bytes[i]++, 0);
                if (plan.rest(working[who]).empty() || dice == 4) {
                    plan.end(working[who]);
                    working.erase(working.begin() + static_cast<std::ptrdiff_t>(who));
                }
            }
            ASSERT_EQ(plan.active(), working.size());
            const auto first_gap = std::ranges::find(bytes, 0);
            ASSERT_EQ(plan.prefix(), static_cast<std::uint64_t>(first_gap - bytes.begin()));
            ASSERT_EQ(plan.written_bytes(),
                      static_cast<std::uint64_t>(std::ranges::count(bytes, 1)));
        }
        EXPECT_EQ(plan.holes().size(), 0u);
        EXPECT_EQ(std::ranges::count(bytes, 1), static_cast<std::ptrdiff_t>(size));
    }
}

TEST(FileRanges, AreTextAndBack) {
    const ranges some{{0, 1048576}, {4194304, 5242880}};
    EXPECT_EQ(serialize_ranges(some), "0-1048575,4194304-5242879");
    EXPECT_EQ(parse_ranges("0-1048575,4194304-5242879", 5242880), some);
    EXPECT_EQ(serialize_ranges({}), "");
    EXPECT_EQ(parse_ranges("", 0), ranges());
    EXPECT_EQ(parse_ranges("7-7", 8), (ranges{{7, 8}}));
}

TEST(FileRanges, AreReadStrictly) {
    for (const std::string_view text :
         {"0", "-", "0-", "-5", "0-5,", ",0-5", "0-5,,7-8", "5-0", "0-5 ,7-8", " 0-5", "0-5\n",
          "00-5", "0-05", "+0-5", "0x0-5", "0-5;7-8", "0-5,5-8", "0-5,6-8", "7-8,0-5", "0-10",
          "10-10", "0-18446744073709551615", "0-18446744073709551616", "0-5,7", "0--5"})
        EXPECT_FALSE(parse_ranges(text, 10)) << text;
    EXPECT_EQ(parse_ranges("0-10", 10).error(), "a range lies beyond the end of the file");
}

TEST(FileRanges, AreLimited) {
    ranges many;
    for (std::uint64_t i = 0; i < file_ranges_max; ++i) many.push_back({3 * i, 3 * i + 2});
    const std::uint64_t size = 100'000;
    const std::string text = serialize_ranges(many);
    EXPECT_EQ(parse_ranges(text, size), many);
    EXPECT_FALSE(parse_ranges(text + ",90000-90001", size));
    // The shortest is what a note can do without.
    ranges more = many;
    more.push_back({90'000, 95'000});
    more.front().end = 1;
    const auto kept = parse_ranges(serialize_ranges(more), size);
    ASSERT_TRUE(kept) << kept.error();
    ASSERT_EQ(kept->size(), file_ranges_max);
    EXPECT_EQ(kept->front(), many[1]);
    EXPECT_EQ(kept->back(), (file_range{90'000, 95'000}));
    EXPECT_EQ(serialize_ranges(more, 1), "90000-94999");
}

}  // namespace
}  // namespace troika::fetch
