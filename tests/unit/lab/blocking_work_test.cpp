// SPDX-License-Identifier: MIT
#include "lab/blocking_work.hpp"

#include "lab/computing.hpp"
#include "os/clock.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <system_error>

namespace troika::lab {
namespace {

using namespace std::chrono_literals;

work_place place_here() {
    return {.port = 0, .rounds_per_ms = measure_rounds_per_ms(),
            .folder = ::testing::TempDir()};
}

TEST(blocking_work, waits_and_computes) {
    const work_place place = place_here();
    lane_record lane;
    const work_task task{.name = "task",
                         .steps = {{.kind = step_kind::wait, .time = 5ms},
                                   {.kind = step_kind::compute, .time = 5ms}}};
    const time_point began = os::steady_time();
    blocking_worker(place, lane).run(task, 1, 0);
    EXPECT_GE(os::steady_time() - began, 6ms);
    ASSERT_GE(lane.spans().size(), 2u);
    EXPECT_EQ(lane.spans().front().state, span_state::blocked);
    EXPECT_EQ(lane.spans().back().state, span_state::runs);
}

TEST(blocking_work, files_are_gone_afterwards) {
    work_place place = place_here();
    const auto folder = std::filesystem::path(place.folder) / "troika-blocking-work-test";
    std::filesystem::create_directory(folder);
    place.folder = folder.string();
    lane_record lane;
    for (const std::uint64_t bytes : {std::uint64_t{1}, std::uint64_t{file_block},
                                      std::uint64_t{3 * file_block + 7}}) {
        const work_task task{
            .name = "task",
            .steps = {{.kind = step_kind::file, .bytes = bytes, .sync = bytes == 1}}};
        blocking_worker(place, lane).run(task, 1, bytes);
        EXPECT_TRUE(std::filesystem::is_empty(folder));
    }
    EXPECT_FALSE(lane.spans().empty());
    std::filesystem::remove(folder);
    const work_task task{.name = "task", .steps = {{.kind = step_kind::file, .bytes = 1}}};
    EXPECT_THROW(blocking_worker(place, lane).run(task, 1, 0), std::system_error);
}

TEST(blocking_work, has_the_gil_only_while_it_computes) {
    const work_place place = place_here();
    recording record(os::steady_time());
    gil lock;
    lane_record& lane = record.lane(record.add_process(1, "test"), lane_kind::thread, 1, 0);
    lane_record strip;
    const std::vector<lane_record*> lanes{&lane};
    const gil_use use{.lock = &lock, .thread = 1, .name = 0, .strip = &strip, .record = &record,
                      .lanes = &lanes};
    const work_task task{.name = "task",
                         .steps = {{.kind = step_kind::compute, .time = 2ms},
                                   {.kind = step_kind::wait, .time = 5ms},
                                   {.kind = step_kind::compute, .time = 2ms}}};
    blocking_worker(place, lane, use).run(task, 1, 0);
    ASSERT_EQ(strip.spans().size(), 2u);   // before the wait and after it
    EXPECT_GE(strip.spans()[1].begin - strip.spans()[0].end, duration(4ms).count());
    EXPECT_EQ(strip.spans()[0].state, span_state::holds);
    EXPECT_EQ(strip.spans()[0].task, 1u);
    const gil::taking free = lock.take(2);   // it was given back
    EXPECT_FALSE(free.waited);
    lock.let_go(2);
}

TEST(blocking_work, gives_the_gil_back_when_a_call_fails) {
    work_place place = place_here();
    place.folder += "/there-is-no-such-folder";
    recording record(os::steady_time());
    gil lock;
    lane_record lane;
    lane_record strip;
    const std::vector<lane_record*> lanes{&lane};
    const gil_use use{.lock = &lock, .thread = 1, .name = 0, .strip = &strip, .record = &record,
                      .lanes = &lanes};
    const work_task task{.name = "task", .steps = {{.kind = step_kind::file, .bytes = 1}}};
    EXPECT_THROW(blocking_worker(place, lane, use).run(task, 1, 0), std::system_error);
    EXPECT_FALSE(lock.take(2).waited);
    lock.let_go(2);
}

}  // namespace
}  // namespace troika::lab
