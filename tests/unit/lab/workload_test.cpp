// SPDX-License-Identifier: MIT
#include "lab/workload.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <string>

namespace troika::lab {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;

std::string refusal_of(std::string_view json) {
    try {
        static_cast<void>(parse_workload(json, "my"));
    } catch (const std::invalid_argument& wrong) {
        return wrong.what();
    }
    return "";
}

TEST(workload, breakfast_is_four_dishes) {
    const workload made = built_in_workload("breakfast");
    ASSERT_EQ(made.tasks.size(), 4u);
    EXPECT_EQ(made.tasks[0].name, "kettle");
    EXPECT_EQ(made.waiting(), milliseconds(220));
    EXPECT_EQ(made.longest(), milliseconds(80));
    EXPECT_EQ(made.time(step_kind::compute), duration(0));
    EXPECT_EQ(made.describe(), "4 tasks: 4 waits (220 ms)");
    const workload more = built_in_workload("breakfast", [] {
        workload_sizes sizes;
        sizes.tasks = 5;
        return sizes;
    }());
    EXPECT_EQ(more.tasks[4].name, "kettle 1");
    EXPECT_EQ(more.waiting(), milliseconds(250));
}

TEST(workload, the_others) {
    EXPECT_EQ(built_in_workload("io").count(step_kind::request), 100u);
    EXPECT_EQ(built_in_workload("io").waiting(), milliseconds(2000));
    EXPECT_EQ(built_in_workload("cpu").time(step_kind::compute), milliseconds(800));
    EXPECT_EQ(built_in_workload("files").count(step_kind::file), 100u);
    const workload mixed = built_in_workload("mixed");
    EXPECT_GT(mixed.count(step_kind::request), 0u);
    EXPECT_GT(mixed.count(step_kind::compute), 0u);
    EXPECT_EQ(mixed.longest(), milliseconds(50));
}

TEST(workload, sizes_change_them) {
    workload_sizes sizes;
    sizes.tasks = 3;
    sizes.delay = milliseconds(7);
    EXPECT_EQ(built_in_workload("io", sizes).waiting(), milliseconds(21));
    sizes.compute = milliseconds(5);
    EXPECT_EQ(built_in_workload("mixed", sizes).time(step_kind::compute), milliseconds(15));
    EXPECT_THROW(static_cast<void>(built_in_workload("io", sizes)), std::invalid_argument);
    workload_sizes files;
    files.bytes = 100;
    files.sync = true;
    EXPECT_EQ(built_in_workload("files", files).tasks[0].steps[0],
              (work_step{.kind = step_kind::file, .bytes = 100, .sync = true}));
    EXPECT_THROW(static_cast<void>(built_in_workload("cpu", files)), std::invalid_argument);
}

TEST(workload, sizes_have_limits) {
    const auto refuses = [](std::string_view name, auto change) {
        workload_sizes sizes;
        change(sizes);
        EXPECT_THROW(static_cast<void>(built_in_workload(name, sizes)), std::invalid_argument);
    };
    refuses("io", [](workload_sizes& s) { s.tasks = 0; });
    refuses("io", [](workload_sizes& s) { s.tasks = workload::tasks_max + 1; });
    refuses("io", [](workload_sizes& s) { s.delay = duration(0); });
    refuses("cpu", [](workload_sizes& s) { s.compute = workload::time_max + duration(1); });
    refuses("files", [](workload_sizes& s) { s.bytes = 0; });
    refuses("files", [](workload_sizes& s) { s.bytes = workload::bytes_max + 1; });
    refuses("lunch", [](workload_sizes&) {});
}

TEST(workload, is_read_from_json) {
    const workload made = parse_workload(
        R"({"name": "shop", "tasks": 2, "steps": [{"request_ms": 20}, {"compute_ms": 1.5},
            {"wait_ms": 5}, {"file_kb": 0.5, "sync": true}]})", "my");
    EXPECT_EQ(made.name, "shop");
    ASSERT_EQ(made.tasks.size(), 2u);
    EXPECT_EQ(made.tasks[1].name, "shop 2");
    ASSERT_EQ(made.tasks[1].steps.size(), 4u);
    EXPECT_EQ(made.tasks[1].steps[1].time, std::chrono::microseconds(1500));
    EXPECT_EQ(made.tasks[1].steps[3],
              (work_step{.kind = step_kind::file, .bytes = 512, .sync = true}));
    EXPECT_EQ(made.tasks[0].time(), std::chrono::microseconds(26500));
}

TEST(workload, groups_of_tasks) {
    const std::string groups = R"([{"name": "reader", "tasks": 2, "steps": [{"wait_ms": 1}]},
                                   {"steps": [{"compute_ms": 1}]}])";
    const workload list = parse_workload(groups, "my");
    EXPECT_EQ(list.name, "my");
    ASSERT_EQ(list.tasks.size(), 3u);
    EXPECT_EQ(list.tasks[0].name, "reader 1");
    EXPECT_EQ(list.tasks[2].name, "group 2");
    const workload named = parse_workload("{\"name\": \"all\", \"groups\": " + groups + "}", "my");
    EXPECT_EQ(named.name, "all");
    EXPECT_EQ(named.tasks.size(), 3u);
}

TEST(workload, names_cannot_command_a_terminal) {
    const workload made = parse_workload(
        "{\"name\": \"a\\u001b[2Jb\", \"steps\": [{\"wait_ms\": 1}]}", "my");
    EXPECT_EQ(made.name.find('\x1b'), std::string::npos);
    EXPECT_EQ(made.tasks[0].name.find('\x1b'), std::string::npos);
}

TEST(workload, says_what_is_wrong_with_a_file) {
    EXPECT_THAT(refusal_of("{\n\"a\": \n}"), HasSubstr("line 3"));
    EXPECT_THAT(refusal_of(""), HasSubstr("line 1"));
    EXPECT_THAT(refusal_of("7"), HasSubstr("write an object"));
    EXPECT_THAT(refusal_of("[]"), HasSubstr("no group"));
    EXPECT_THAT(refusal_of("{}"), HasSubstr("\"steps\""));
    EXPECT_THAT(refusal_of(R"({"steps": []})"), HasSubstr("at least one step"));
    EXPECT_THAT(refusal_of(R"({"steps": [{}]})"), HasSubstr("step 1: a step has one of"));
    EXPECT_THAT(refusal_of(R"({"steps": [{"wait_ms": 1, "compute_ms": 1}]})"),
                HasSubstr("one of"));
    EXPECT_THAT(refusal_of(R"({"steps": [{"wait": 1}]})"), HasSubstr("known are wait_ms"));
    EXPECT_THAT(refusal_of(R"({"steps": [{"wait_ms": "1"}]})"), HasSubstr("number above 0"));
    EXPECT_THAT(refusal_of(R"({"steps": [{"wait_ms": 0}]})"), HasSubstr("number above 0"));
    EXPECT_THAT(refusal_of(R"({"steps": [{"wait_ms": 1e300}]})"), HasSubstr("at most"));
    EXPECT_THAT(refusal_of(R"({"steps": [{"file_kb": 1e9}]})"), HasSubstr("at most"));
    EXPECT_THAT(refusal_of(R"({"steps": [{"wait_ms": 1, "sync": true}]})"), HasSubstr("sync"));
    EXPECT_THAT(refusal_of(R"({"tasks": -1, "steps": [{"wait_ms": 1}]})"), HasSubstr("1 to"));
    EXPECT_THAT(refusal_of(R"({"tasks": 10001, "steps": [{"wait_ms": 1}]})"), HasSubstr("1 to"));
    EXPECT_THAT(refusal_of(R"({"taks": 1, "steps": [{"wait_ms": 1}]})"), HasSubstr("taks"));
    EXPECT_THAT(refusal_of(R"({"name": "", "steps": [{"wait_ms": 1}]})"), HasSubstr("1 to"));
    EXPECT_THAT(refusal_of(R"({"name": 3, "steps": [{"wait_ms": 1}]})"), HasSubstr("a text"));
    EXPECT_THAT(refusal_of(R"({"groups": 1})"), HasSubstr("a list"));
    EXPECT_THAT(refusal_of(R"([{"steps": [{"wait_ms": 1}]}, 3])"), HasSubstr("group 2"));
    std::string many = R"({"tasks": 10000, "steps": [)";
    for (int i = 0; i < 11; ++i) many += R"({"wait_ms": 1},)";
    many.back() = ']';
    EXPECT_THAT(refusal_of(many + "}"), HasSubstr("steps in all"));
    EXPECT_THAT(refusal_of(R"([{"tasks": 10000, "steps": [{"wait_ms": 1}]},
                               {"steps": [{"wait_ms": 1}]}])"), HasSubstr("tasks in all"));
}

}  // namespace
}  // namespace troika::lab
