// SPDX-License-Identifier: MIT
#include "lab/answering_server.hpp"

#include "lab/blocking_work.hpp"
#include "os/clock.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <system_error>

namespace troika::lab {
namespace {

using namespace std::chrono_literals;

TEST(answering_server, answers_after_the_time_it_is_asked_for) {
    const answering_server server;
    recording record(os::steady_time());
    const std::uint32_t name = record.text("ask");
    lane_record lane;
    const work_place place{.port = server.port(), .rounds_per_ms = 1, .folder = ""};
    const work_task asks{.name = "ask", .steps = {{.kind = step_kind::request, .time = 30ms}}};
    const time_point began = os::steady_time();
    blocking_worker(place, lane).run(asks, name, 0);
    EXPECT_GE(os::steady_time() - began, 30ms);
    ASSERT_FALSE(lane.spans().empty());
    EXPECT_EQ(lane.spans()[0].state, span_state::blocked);
    EXPECT_GE(lane.spans()[0].end - lane.spans()[0].begin, duration(30ms).count());
}

TEST(answering_server, is_gone_afterwards) {
    std::uint16_t port = 0;
    {
        const answering_server server;
        port = server.port();
        EXPECT_NE(port, 0);
    }
    lane_record lane;
    const work_place place{.port = port, .rounds_per_ms = 1, .folder = ""};
    const work_task asks{.name = "ask", .steps = {{.kind = step_kind::request, .time = 1ms}}};
    EXPECT_THROW(blocking_worker(place, lane).run(asks, 0, 0), std::system_error);
}

TEST(answering_server, what_is_no_answer_is_refused) {
    EXPECT_EQ(time_of_answer(""), never);
    EXPECT_EQ(time_of_answer("123456789"), never);
    const request_bytes bytes = request_after(duration(0x0102030405060708));
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    EXPECT_EQ(time_of_answer(text), time_point(duration(0x0102030405060708)));
}

}  // namespace
}  // namespace troika::lab
