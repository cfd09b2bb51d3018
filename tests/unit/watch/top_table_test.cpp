// SPDX-License-Identifier: MIT
#include "watch/top_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace {

using namespace troika;
using namespace troika::watch;
using ::testing::HasSubstr;
using ::testing::Not;

/// Two tasks that wait, and one that runs.
std::map<int, picture> some_program() {
    picture one;
    one.of.pid = 42;
    one.of.name = "bakery";
    one.taken_ns = 10'000'000'000;
    picture::part loop;
    loop.listed.kind = impl::listed::loop;
    loop.listed.id = 42;
    loop.running = 300;
    const auto add = [&](std::uint64_t address, const char* name, const char* state,
                         int waits_s) {
        seen_task task;
        task.address = address;
        task.what.id = static_cast<std::uint32_t>(address);
        task.what.name = name;
        task.what.state = state;
        task.what.stack.push_back({"bake()", "src/bake.cpp", 7});
        task.waits_s = waits_s;
        loop.tasks.push_back(task);
    };
    add(100, "knead", "sleep", 1);
    add(200, "bäckt", "recv 10.0.0.1:80", 5);
    add(300, "count", "running", -1);
    one.parts.push_back(loop);
    one.warnings.push_back("'count' holds the loop");
    return {{42, one}};
}

TEST(top_table, the_busiest_come_first_then_who_waits_longest) {
    top_table table;
    table.update(some_program(), 42);
    std::size_t first = 0;
    const auto lines = table.lines({100, 0}, first);
    ASSERT_EQ(lines.size(), 6U);
    EXPECT_THAT(lines[0], HasSubstr("bakery (42): 3 tasks"));
    EXPECT_THAT(lines[1], HasSubstr("! 'count' holds the loop"));
    EXPECT_THAT(lines[3], HasSubstr("100%"));
    EXPECT_THAT(lines[3], HasSubstr("count"));
    EXPECT_THAT(lines[4], HasSubstr("bäckt"));
    EXPECT_THAT(lines[4], HasSubstr("5 s"));
    EXPECT_THAT(lines[4], HasSubstr("bake.cpp:7"));
    EXPECT_THAT(lines[5], HasSubstr("knead"));
}

TEST(top_table, fits_into_any_screen) {
    top_table table;
    table.update(some_program(), 42);
    for (std::size_t rows = 1; rows < 12; ++rows)
        for (std::size_t columns = 20; columns < 130; columns += 7) {
            std::size_t first = 0;
            const auto lines = table.lines({columns, rows}, first);
            EXPECT_LE(lines.size(), std::max<std::size_t>(rows, 1));
            for (const std::string& line : lines) {
                std::size_t width = 0;
                for (const char c : line)
                    if ((static_cast<unsigned char>(c) & 0xc0) != 0x80) ++width;
                EXPECT_EQ(width, columns);
            }
        }
}

TEST(top_table, scrolls_no_further_than_there_is_something) {
    top_table table;
    table.update(some_program(), 42);
    std::size_t first = 1'000;
    const auto lines = table.lines({100, 5}, first);
    EXPECT_EQ(first, 1U);
    EXPECT_THAT(lines.back(), HasSubstr("knead"));
    for (const std::string& line : lines) EXPECT_THAT(line, Not(HasSubstr("count ")));
}

}  // namespace
