// SPDX-License-Identifier: MIT
#include <troika/http/date.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace troika::http {
namespace {

using namespace std::chrono;

constexpr sys_seconds example = sys_days{1994y / November / 6} + 8h + 49min + 37s;
constexpr sys_seconds now = sys_days{2026y / November / 21};

TEST(Date, WritesTheOneForm) {
    EXPECT_EQ(format_date(example), "Sun, 06 Nov 1994 08:49:37 GMT");
    EXPECT_EQ(format_date(sys_seconds{}), "Thu, 01 Jan 1970 00:00:00 GMT");
    EXPECT_EQ(format_date(sys_days{2024y / February / 29} + 23h + 59min + 59s),
              "Thu, 29 Feb 2024 23:59:59 GMT");
    EXPECT_EQ(format_date(sys_seconds{-1s}), "Wed, 31 Dec 1969 23:59:59 GMT");
    EXPECT_EQ(format_date(sys_days{9999y / December / 31}), "Fri, 31 Dec 9999 00:00:00 GMT");
    std::string text = "Date: ";
    append_date(text, example);
    EXPECT_EQ(text, "Date: Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST(Date, ReadsTheThreeForms) {   // RFC 9110, 5.6.7
    EXPECT_EQ(parse_date("Sun, 06 Nov 1994 08:49:37 GMT", now), example);
    EXPECT_EQ(parse_date("Sunday, 06-Nov-94 08:49:37 GMT", now), example);
    EXPECT_EQ(parse_date("Sun Nov  6 08:49:37 1994", now), example);
    EXPECT_EQ(parse_date("Sun Nov 16 08:49:37 1994", now), example + days{10});
}

TEST(Date, FindsTheCenturyOfTwoDigits) {
    const auto year_of = [](const char* text) {
        return int{year_month_day{floor<days>(parse_date(text, now).value())}.year()};
    };
    EXPECT_EQ(year_of("Saturday, 21-Nov-26 00:00:00 GMT"), 2026);
    EXPECT_EQ(year_of("Saturday, 21-Nov-76 00:00:00 GMT"), 2076);
    EXPECT_EQ(year_of("Saturday, 21-Nov-77 00:00:00 GMT"), 1977);
    EXPECT_EQ(year_of("Saturday, 21-Nov-00 00:00:00 GMT"), 2000);
}

TEST(Date, AcceptsLeapSecondsAndAnyDayName) {
    EXPECT_EQ(parse_date("Sat, 31 Dec 2016 23:59:60 GMT", now), sys_days{2017y / January / 1});
    EXPECT_EQ(parse_date("Mon, 06 Nov 1994 08:49:37 GMT", now), example);
}

TEST(Date, RefusesEverythingElse) {
    for (const char* text : {"",
                             "Sun",
                             "Sun, ",
                             "0",
                             "1",
                             "never",
                             "Sun, 06 Nov 1994 08:49:37",
                             "Xxx, 06 Nov 1994 08:49:37 GMT",
                             "Sun, 06 Nov 1994 08:49:37 UTC",
                             "Sun, 06 Nov 1994 08:49:37 GMT ",
                             "Sun, 6 Nov 1994 08:49:37 GMT",
                             "Sun, 06 nov 1994 08:49:37 GMT",
                             "Sun, 00 Nov 1994 08:49:37 GMT",
                             "Sun, 31 Nov 1994 08:49:37 GMT",
                             "Sun, 29 Feb 2023 08:49:37 GMT",
                             "Sun, 06 Nov 1994 24:00:00 GMT",
                             "Sun, 06 Nov 1994 08:60:37 GMT",
                             "Sun, 06 Nov 1994 08:49:61 GMT",
                             "Sun, 06 Nov 94 08:49:37 GMT",
                             "Sun, 06 Nov 1994 8:49:37 GMT",
                             "Sun, +6 Nov 1994 08:49:37 GMT",
                             "Sun,  6 Nov 1994 08:49:37 GMT",
                             "Sun, 06-Nov-94 08:49:37 GMT",
                             "Sunday, 06 Nov 1994 08:49:37 GMT",
                             "Sun Nov 6 08:49:37 1994",
                             "Sun Nov  6 08:49:37 1994 GMT",
                             "Sunday Nov  6 08:49:37 1994",
                             "Sun, 06 Nov 1994\t08:49:37 GMT",
                             "1994-11-06T08:49:37Z"})
        EXPECT_EQ(parse_date(text, now), std::nullopt) << text;
}

TEST(Date, ReadsWhatItWrites) {
    for (sys_seconds when{-100'000'000'000s / 10}; when < sys_seconds{100'000'000'000s};
         when += 86'399'999s)
        EXPECT_EQ(parse_date(format_date(when), now), when) << format_date(when);
}

}  // namespace
}  // namespace troika::http
