// SPDX-License-Identifier: MIT
#include "lab/comparison_table.hpp"

#include "comparison_samples.hpp"
#include "lab/quantities.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>

namespace troika::lab {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(comparison_table, cells) {
    const comparison_cells cells = cells_of(breakfast_sample(), false);
    EXPECT_THAT(cells.heads, ElementsAre("model", "time", "CPU", "speed-up", "busy", "switches",
                                         "memory", "50% done", "99% done"));
    ASSERT_EQ(cells.rows.size(), 5u);
    EXPECT_THAT(cells.rows[1].medians,
                ElementsAre("async", "81.0 ms", "2.00 ms", "2.73x", "0.02", "12", "6.00 MB",
                            "60.8 ms", "80.6 ms"));
    EXPECT_THAT(cells.rows[4].spreads,
                ElementsAre("", "+-8%", "+-0%", "+-8%", "+-8%", "+-0%", "+-0%", "+-8%", "+-8%"));
}

TEST(comparison_table, without_sync_there_is_no_speed_up) {
    const comparison alone = comparison_of(
        built_in_workload("cpu"), {result_of(work_model::async, {0.1}, 0.1, megabyte)});
    EXPECT_EQ(cells_of(alone, false).rows[0].medians[3], "-");
}

TEST(comparison_table, fits_80_columns_and_a_terminal_without_colours) {
    for (const bool unicode : {false, true}) {
        const std::string text =
            comparison_table(cpu_sample(), {.colour = false, .unicode = unicode, .columns = 80});
        EXPECT_THAT(text, Not(HasSubstr("\x1b")));
        std::istringstream lines(text);
        for (std::string line; std::getline(lines, line);) EXPECT_LE(columns_of(line), 80u) << line;
        EXPECT_EQ(unicode, text.find("±") != std::string::npos);
    }
    EXPECT_THAT(comparison_table(cpu_sample(), {.colour = true}), HasSubstr("\x1b[1m"));
}

TEST(comparison_table, one_run_has_no_spread) {
    const comparison once = comparison_of(
        built_in_workload("cpu"), {result_of(work_model::sync, {0.1}, 0.1, megabyte)});
    EXPECT_THAT(comparison_table(once, {.unicode = false}), Not(HasSubstr("+-")));
}

}  // namespace
}  // namespace troika::lab
