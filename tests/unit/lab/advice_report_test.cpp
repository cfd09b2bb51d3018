// SPDX-License-Identifier: MIT
#include "lab/advice_report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>

namespace troika::lab {
namespace {

using testing::HasSubstr;
using testing::Not;

run_facts example() {
    run_facts run;
    run.wall_s = 4;
    run.user_s = 2;
    run.time_s[static_cast<std::size_t>(time_use::computing)] = 2;
    run.time_s[static_cast<std::size_t>(time_use::network)] = 1.99;
    run.time_s[static_cast<std::size_t>(time_use::disk)] = 0.01;
    run.looks = 200;
    run.processors = 2;
    run.switches_known = true;
    run.switches_voluntary = 12;
    run.busiest.name = "client";
    run.busy = {0, 1, 2, 1};
    return run;
}

std::string text(const report_style& style, report_subject subject = {}) {
    if (subject.name.empty()) subject.name = "client --fast";
    const std::vector<run_facts> runs{example()};
    return text_report(subject, judge(runs), runs, style);
}

TEST(AdviceReport, HasVerdictPlanPictureAndFigures) {
    const std::string report = text({});
    EXPECT_THAT(report, HasSubstr("troika advise: client --fast\n"));
    EXPECT_THAT(report, HasSubstr("mixed: computes, and waits for the network"));
    EXPECT_THAT(report, HasSubstr("model: threads, workers: 4\n"));
    EXPECT_THAT(report, HasSubstr("4.00 s, 2.00 s of processor time"));
    EXPECT_THAT(report, HasSubstr("  on processors         50 % █"));
    EXPECT_THAT(report, HasSubstr("  network               50 % █"));
    EXPECT_THAT(report, Not(HasSubstr("\n  disk")));   // what is nothing has no line
    EXPECT_THAT(report, HasSubstr("▕ ▄█▄▏ 0 to 2\n"));
    EXPECT_THAT(report, HasSubstr("\nbecause\n"));
    EXPECT_THAT(report, Not(HasSubstr("\x1b")));
    EXPECT_THAT(report, Not(HasSubstr("exit code")));
}

TEST(AdviceReport, KeepsToItsWidth) {
    for (const std::size_t columns : {40u, 60u, 80u, 200u}) {
        std::istringstream lines(text({.unicode = false, .columns = columns}));
        for (std::string line; std::getline(lines, line);)
            EXPECT_LE(line.size(), columns) << line;
    }
    EXPECT_EQ(text({.columns = 1}), text({.columns = 40}));
}

TEST(AdviceReport, HasColoursAndPlainLettersWhereTheyAreWanted) {
    EXPECT_THAT(text({.colour = true}), HasSubstr("\x1b[32m█"));
    const std::string plain = text({.unicode = false});
    EXPECT_THAT(plain, HasSubstr("50 % #"));
    for (const char c : plain) EXPECT_TRUE(c == '\n' || (c >= ' ' && c <= '~'));
}

TEST(AdviceReport, SaysHowACommandEnded) {
    report_subject subject;
    subject.code = 3;
    EXPECT_THAT(text({}, subject), HasSubstr("exit code 3\n"));
}

TEST(AdviceReport, SaysWhatIsTooShort) {
    const std::vector<run_facts> runs(2);
    report_subject subject;
    subject.name = "true";
    const std::string report = text_report(subject, judge(runs), runs, {});
    EXPECT_THAT(report, HasSubstr("too short to judge"));
    EXPECT_THAT(report, HasSubstr("in 2 runs"));
    EXPECT_THAT(report, Not(HasSubstr("confidence)")));
    EXPECT_THAT(report, Not(HasSubstr("nan")));
}

TEST(AdviceReport, IsAlsoOneJsonObject) {
    const std::vector<run_facts> runs{example(), example()};
    report_subject subject;
    subject.name = "a \"quoted\" \xff name";
    subject.code = 0;
    const std::string report = json_report(subject, judge(runs), runs);
    EXPECT_EQ(report.find('\n'), report.size() - 1);
    for (const char* part :
         {R"({"command":"a \"quoted\" )", R"("pid":null)", R"("exit_code":0)", R"("bound":"mixed")",
          R"("waits_for":"network")", R"("confidence":"high")", R"("parallelism":"single")",
          R"("model":"threads","workers":4)", R"("processors":2)", R"("computing":2.0)",
          R"("switches_voluntary":12)", R"("busy_over_time":[0.0,1.0,2.0,1.0])",
          R"("name":"client")"})
        EXPECT_THAT(report, HasSubstr(part));
    report_subject watched;
    watched.process = 42;
    std::vector<run_facts> blind{example()};
    blind[0].switches_known = false;
    const std::string other = json_report(watched, judge(blind), blind);
    EXPECT_THAT(other, HasSubstr(R"("pid":42,"exit_code":null)"));
    EXPECT_THAT(other, HasSubstr(R"("switches_voluntary":null)"));
}

}  // namespace
}  // namespace troika::lab
