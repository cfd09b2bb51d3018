// SPDX-License-Identifier: MIT
#include <troika/tasks/map_window.hpp>

#include <gtest/gtest.h>

#include <exception>
#include <stdexcept>
#include <thread>

namespace troika::impl {
namespace {

struct window : map_window {
    explicit window(map_options how) : map_window(how, 2) {}
    ~window() { leave_blocking(); }
    using map_window::add;
    using map_window::advance;
    using map_window::block;
    using map_window::chunk;
    using map_window::current;
    using map_window::finish;
    using map_window::give_out;
    using map_window::has_room;
};

map_job& job_of(std::size_t count) {
    class empty_job final : public map_job {};
    auto* const made = new empty_job;
    made->count = count;
    promise<void> kept;
    made->done = kept.get_future();
    kept.set_value();
    return *made;
}

TEST(MapWindow, HasRoomForFourChunksForEachWorker) {
    window here({.chunk = 3});
    for (int i = 0; i < 8; ++i) {
        EXPECT_TRUE(here.has_room());
        here.add(job_of(3));
    }
    EXPECT_FALSE(here.has_room());
}

TEST(MapWindow, ChunksAreNeverLargerThanTheBuffer) {
    window here({.chunk = 100, .buffer_max = 7});
    EXPECT_EQ(here.chunk(), 7u);
    window huge({.chunk = static_cast<std::size_t>(-1)});
    EXPECT_EQ(huge.chunk(), static_cast<std::size_t>(-1));
    EXPECT_TRUE(huge.has_room());
    window none({.chunk = 0});
    EXPECT_EQ(none.chunk(), 1u);
}

TEST(MapWindow, ARoomIsFreeOnceAResultWasGivenOut) {
    window here({.buffer_max = 1});
    here.add(job_of(1));
    EXPECT_FALSE(here.has_room());
    ASSERT_TRUE(here.advance());
    here.give_out();
    EXPECT_TRUE(here.has_room());
    here.finish(nullptr);
    EXPECT_FALSE(here.has_room());
    EXPECT_FALSE(here.advance());
}

TEST(MapWindow, WhatItWasFinishedWithComesOnceAndLast) {
    window here({});
    here.add(job_of(2));
    here.finish(std::make_exception_ptr(std::out_of_range("end")));
    for (std::size_t i = 0; i < 2; ++i) {
        ASSERT_TRUE(here.advance());
        here.give_out();
        ASSERT_NE(here.current(), nullptr);
        EXPECT_EQ(here.current()->taken, i);
    }
    EXPECT_THROW(here.advance(), std::out_of_range);
    EXPECT_FALSE(here.advance());
}

TEST(MapWindow, WhereTheOrderDoesNotMatterWhatIsDoneComesFirst) {
    class late_job final : public map_job {};
    window here({.buffer_max = 4, .ordered = false});
    promise<void> late;
    auto* const first = new late_job;
    first->count = 2;
    first->done = late.get_future();
    here.add(*first);
    here.add(job_of(1));
    ASSERT_TRUE(here.advance());
    here.block();
    here.give_out();
    EXPECT_NE(here.current(), first);
    ASSERT_TRUE(here.advance());
    std::thread other([&] { late.set_value(); });
    here.block();
    here.give_out();
    EXPECT_EQ(here.current(), first);
    other.join();   // and is left with one that was not given out
}

}  // namespace
}  // namespace troika::impl
