// SPDX-License-Identifier: MIT
#include "fetch/progress.hpp"

#include "fetch/text_width.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace troika::fetch {
namespace {

using namespace std::chrono_literals;
using rows = std::vector<std::string>;

const file_progress files[] = {
    {"debian-12.iso", file_state::downloading, 300u << 20, 660u << 20, 12.5e6, 29s},
    {"中文文件名.zip", file_state::downloading, 5000, std::nullopt, 1000, std::nullopt},
    {"a-name-that-is-much-too-long-for-its-column.tar.gz", file_state::waiting, 0, 100, 0, 12s},
    {"evil\x1b[31m.txt", file_state::connecting, 0, std::nullopt, 0, std::nullopt},
    {"whole.bin", file_state::verifying, 1024, 1024, 0, std::nullopt},
};

progress_snapshot sample() {
    progress_snapshot now;
    now.files = files;
    now.active = 41;
    now.queued = 100;
    now.done = 859;
    now.failed = 2;
    now.bytes = 1u << 30;
    now.total = 2ull << 30;
    now.bytes_per_second = 25e6;
    now.time_left = 63s;
    return now;
}

progress_style plain(std::size_t columns, std::size_t rows_max = 6) {
    return {.columns = columns, .rows_max = rows_max, .colour = false, .unicode = true};
}

TEST(Progress, OnAWideTerminal) {
    EXPECT_EQ(
        render_progress(sample(), plain(80)),
        (rows{"debian-12.iso                  ━━━━━━╸────────  45%  660 MiB  11.9 MiB/s    29s",
              "中文文件名.zip                 ───────────────       4.9 KiB    1000 B/s       ",
              "a-name-that-is-much-…mn.tar.gz ───────────────   0%    100 B    retry in    12s",
              "evil\\x1b[31m.txt               ───────────────           0 B  connecting       ",
              "… and 37 more                                                                  ",
              "859/1002, 41 active, 2 failed  ━━━━━━━╸───────  50%  2.0 GiB  23.8 MiB/s  1m03s"}));
}

TEST(Progress, OnNarrowTerminals) {
    EXPECT_EQ(render_progress(sample(), plain(63)),
              (rows{"debian-12.iso                           45%  11.9 MiB/s    29s",
                    "中文文件名.zip                                 1000 B/s       ",
                    "a-name-that-is-much-too-l…olumn.tar.gz   0%    retry in    12s",
                    "evil\\x1b[31m.txt                             connecting       ",
                    "… and 37 more                                                 ",
                    "859/1002, 41 active, 2 failed           50%  23.8 MiB/s  1m03s"}));
    EXPECT_EQ(render_progress(sample(), plain(20)),
              (rows{"debian-12.iso   45%", "中文文件名.zip     ", "a-name-th…r.gz   0%",
                    "evil\\x1b[….txt     ", "… and 37 more      ", "859/1002        50%"}));
    EXPECT_EQ(render_progress(sample(), plain(5)),
              (rows{"debi", "中文", "a-na", "evil", "… an", "50% "}));
}

TEST(Progress, WithoutUnicode) {
    progress_style style = plain(66, 2);
    style.unicode = false;
    progress_snapshot now = sample();
    now.files = now.files.first(1);
    now.active = 1;
    EXPECT_EQ(render_progress(now, style),
              (rows{"debian-12.iso         ####------  45%  660 MiB  11.9 MiB/s    29s",
                    "859/962, 2 failed     #####-----  50%  2.0 GiB  23.8 MiB/s  1m03s"}));
}

TEST(Progress, WithoutUnicodeAllIsAscii) {
    for (std::size_t columns = 0; columns <= 120; ++columns) {
        progress_style style = plain(columns, 4);
        style.unicode = false;
        for (const std::string& row : render_progress(sample(), style)) {
            ASSERT_TRUE(std::ranges::all_of(row, [](char c) { return c >= ' ' && c < 0x7f; }))
                << row;
            ASSERT_EQ(row.size(), columns - 1);
        }
    }
}

TEST(Progress, TheTotalSaysAsMuchAsFits) {
    progress_snapshot now = sample();
    const auto total = [&now](std::size_t columns) {
        const std::string row = render_progress(now, plain(columns, 1)).back();
        const std::string words = row.substr(0, std::min(row.find("  "), row.find(" ━")));
        return words.substr(0, words.find_last_not_of(' ') + 1);
    };
    EXPECT_EQ(total(120), "859 done, 41 active, 100 queued, 2 failed");
    EXPECT_EQ(total(80), "859/1002, 41 active, 2 failed");
    EXPECT_EQ(total(26), "859/1002, 2 failed");
    EXPECT_EQ(total(20), "859/1002");
    EXPECT_EQ(total(12), "859");   // never a piece of a number
    EXPECT_EQ(total(11), "50%");
    EXPECT_EQ(total(3), "▅");
    EXPECT_EQ(total(2), "▅");
    now.more = true;
    EXPECT_EQ(total(120), "859 done, 41 active, 100+ queued, 2 failed");
    EXPECT_EQ(total(80), "859/1002+, 41 active, 2 failed");
    now.queued = 0;
    EXPECT_EQ(total(120), "859 done, 41 active, 0+ queued, 2 failed");
    now = {};
    now.done = 3;
    now.active = 2;
    EXPECT_EQ(total(80), "3 done, 2 active");
}

TEST(Progress, AnUnknownTotalIsNoPercentage) {
    progress_snapshot now = sample();
    now.total = std::nullopt;
    now.time_left = std::nullopt;
    EXPECT_EQ(
        render_progress(now, plain(80, 1)),
        (rows{"859/1002, 41 active, 2 failed  ───────────────       1.0 GiB  23.8 MiB/s       "}));
    EXPECT_EQ(render_progress(now, plain(5, 1)), (rows{"859 "}));
    EXPECT_EQ(render_progress(now, plain(2, 1)), (rows{" "}));
}

TEST(Progress, ColoursOnlyWhereTheyAreWanted) {
    for (const std::string& row : render_progress(sample(), plain(100)))
        EXPECT_EQ(row.find('\x1b'), row.npos);
    progress_style style = plain(66, 2);
    style.colour = true;
    progress_snapshot now = sample();
    now.files = now.files.first(1);
    now.active = 1;
    EXPECT_EQ(render_progress(now, style)[0],
              "debian-12.iso         \x1b[32m━━━━╸\x1b[0m\x1b[2m─────\x1b[0m  45%  660 MiB"
              "  11.9 MiB/s    29s");
}

TEST(Progress, FitsEveryTerminal) {
    for (std::size_t columns = 0; columns <= 200; ++columns)
        for (std::size_t rows_max = 0; rows_max <= 8; ++rows_max) {
            const auto drawn = render_progress(sample(), plain(columns, rows_max));
            ASSERT_LE(drawn.size(), std::max<std::size_t>(rows_max, 1));
            ASSERT_EQ(drawn.empty(), columns < 2);
            for (const std::string& row : drawn) ASSERT_EQ(text_width(row), columns - 1) << columns;
        }
}

TEST(Progress, CountsThoseItDoesNotShow) {
    progress_snapshot now = sample();
    now.active = 5;
    EXPECT_EQ(render_progress(now, plain(80, 6)).size(), 6u);   // all five and the total
    const auto four = render_progress(now, plain(80, 5));
    ASSERT_EQ(four.size(), 5u);
    EXPECT_TRUE(four[3].starts_with("… and 2 more"));
    EXPECT_EQ(render_progress(now, plain(80, 1)).size(), 1u);
    EXPECT_TRUE(render_progress(now, plain(80, 2))[0].starts_with("… and 5 more"));
}

TEST(Progress, SaysHundredPercentOnlyOfWhatIsWhole) {
    file_progress file{"f", file_state::downloading, 999'999, 1'000'000, 0, std::nullopt};
    progress_snapshot now;
    now.files = {&file, 1};
    EXPECT_NE(render_progress(now, plain(30))[0].find(" 99%"), std::string::npos);
    file.bytes = 1'000'000;
    EXPECT_NE(render_progress(now, plain(30))[0].find("100%"), std::string::npos);
    file.bytes = 2'000'000;   // more than was promised
    EXPECT_NE(render_progress(now, plain(30))[0].find("100%"), std::string::npos);
    file.bytes = 0;
    file.total = 0;   // an empty file
    EXPECT_NE(render_progress(now, plain(30))[0].find("100%"), std::string::npos);
}

TEST(Progress, OfNothingIsZeroOfZero) {
    EXPECT_EQ(render_progress({}, plain(40)), (rows{"0/0, 0 active              0 B/s       "}));
}

TEST(Report, IsOneLine) {
    EXPECT_EQ(render_report({.name = "a\n.txt", .bytes = 12'900'000, .time = 1200ms}, false),
              "done  a\\n.txt  12.3 MiB in 1.20 s, 10.3 MiB/s");
    EXPECT_EQ(render_report({.name = "a", .bytes = 5}, false), "done  a  5 B in 0.00 s");
    EXPECT_EQ(render_report({.name = "a", .bytes = 5, .skipped = true}, false),
              "same  a  5 B, already here and unchanged");
    EXPECT_EQ(render_report({.name = "a", .failure = "get http://h/a: 404"}, false),
              "failed  a: get http://h/a: 404");
    EXPECT_EQ(render_report({.name = "a", .failure = "gone", .resumable = true}, false),
              "failed  a: gone (what has come is kept; the same command resumes)");
    EXPECT_EQ(render_report({.name = "a", .failure = "gone"}, true),
              "\x1b[31mfailed\x1b[0m  a: gone");
}

TEST(Report, TellsOfRetries) {
    EXPECT_EQ(render_retry("get http://h/a: 503", 1500ms, false),
              "retry get http://h/a: 503; again in 1.50 s");
    EXPECT_EQ(render_retry("gone", 2min, true), "\x1b[33mretry\x1b[0m gone; again in 2m00s");
}

}  // namespace
}  // namespace troika::fetch
