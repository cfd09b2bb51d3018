// SPDX-License-Identifier: MIT
#include "lab/comparison_report.hpp"

#include "comparison_samples.hpp"
#include "lab/quantities.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <stdexcept>
#include <string>

namespace troika::lab {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(comparison_report, text_has_table_picture_and_advice) {
    const std::string text = comparison_text(
        breakfast_sample(), {.colour = false, .unicode = false, .columns = 80});
    EXPECT_THAT(text, HasSubstr("breakfast: 4 tasks: 4 waits (220 ms)\n"));
    EXPECT_THAT(text, HasSubstr("2 processors, Linux 6.1, medians of 3 runs\n"));
    EXPECT_THAT(text, HasSubstr("\nasync         81.0 ms"));
    EXPECT_THAT(text, HasSubstr("\n main thread  ####"));
    EXPECT_THAT(text, HasSubstr("\n* Choose async"));
    EXPECT_THAT(text, Not(HasSubstr("\x1b")));
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        EXPECT_LE(columns_of(line), 80u) << line;
        for (const char each : line) EXPECT_LT(static_cast<unsigned char>(each), 0x80) << line;
    }
}

TEST(comparison_report, json_is_one_object) {
    const std::string text = comparison_json(cpu_sample());
    EXPECT_TRUE(text.ends_with("}\n"));
    EXPECT_THAT(text, HasSubstr("\"name\": \"cpu\""));
    EXPECT_THAT(text, HasSubstr("\"tasks\": 40"));
    EXPECT_THAT(text, HasSubstr("\"model\": \"threads+gil\""));
    EXPECT_THAT(text, HasSubstr("\"wall_s\": 0.41"));
    EXPECT_THAT(text, HasSubstr("\"wall_s_max\": 0.41"));
    EXPECT_THAT(text, HasSubstr("\"advice\": ["));
    EXPECT_THAT(text, HasSubstr("\"speed_up\": 1.95"));
}

TEST(comparison_report, bytes_that_are_no_text_do_no_harm) {
    comparison odd = cpu_sample();
    odd.what.name = "\xff\"";
    EXPECT_THAT(comparison_json(odd), HasSubstr("\\\""));
}

TEST(comparison_report, a_page_has_a_panel_for_each_model) {
    std::string page;
    comparison_page(breakfast_sample(), [&](std::string_view piece) { page += piece; });
    EXPECT_THAT(page, HasSubstr("troika compare breakfast"));
    EXPECT_THAT(page, HasSubstr("threads+gil (4 threads)"));
    EXPECT_THAT(page, HasSubstr("Choose async"));
    EXPECT_THAT(page, HasSubstr("2.73x"));
}

TEST(comparison_report, traces_in_each_format) {
    EXPECT_EQ(trace_format_of("a.json"), trace_format::chrome_json);
    EXPECT_EQ(trace_format_of("a.pftrace"), trace_format::perfetto);
    EXPECT_EQ(trace_format_of("a.perfetto-trace"), trace_format::perfetto);
    EXPECT_EQ(trace_format_of("a.html"), trace_format::page);
    for (const char* path : {"", "a", "json", "a.txt", "a.json.gz"})
        EXPECT_THROW(static_cast<void>(trace_format_of(path)), std::invalid_argument) << path;
    for (const trace_format format :
         {trace_format::chrome_json, trace_format::perfetto, trace_format::page}) {
        std::string text;
        comparison_trace(cpu_sample(), format, [&](std::string_view piece) { text += piece; });
        EXPECT_FALSE(text.empty());
        if (format != trace_format::page) {   // that is packed
            EXPECT_THAT(text, HasSubstr("processes"));
            EXPECT_THAT(text, HasSubstr("threads+gil"));
        }
    }
}

}  // namespace
}  // namespace troika::lab
