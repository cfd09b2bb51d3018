// SPDX-License-Identifier: MIT
#include "apps/troika/command_line_advise.hpp"

#include "apps/troika/command_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <initializer_list>
#include <string>
#include <variant>
#include <vector>

namespace troika::apps {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

command parse(std::initializer_list<const char*> words) {
    std::vector<const char*> all{"troika", "advise"};
    all.insert(all.end(), words);
    return parse_command_line(static_cast<int>(all.size()), all.data());
}
advise_command advise(std::initializer_list<const char*> words) {
    return std::get<advise_command>(parse(words));
}
std::string usage_error(std::initializer_list<const char*> words) {
    const auto said = std::get<message>(parse(words));
    EXPECT_EQ(said.exit_code, 125);   // 2 could be the command's
    return said.text;
}

TEST(CommandLineAdvise, TakesACommand) {
    const advise_command plain = advise({"sort", "-n", "--json", "--", "--pid"});
    EXPECT_THAT(plain.command, ElementsAre("sort", "-n", "--json", "--", "--pid"));
    EXPECT_FALSE(plain.json || plain.process || plain.repeats || plain.watch || plain.interval);
    EXPECT_THAT(plain.output, IsEmpty());

    const advise_command full = advise({"--json", "--repeat", "3", "--interval=5ms", "-o", "--",
                                        "--", "gzip", "-9"});
    EXPECT_THAT(full.command, ElementsAre("gzip", "-9"));
    EXPECT_TRUE(full.json);
    EXPECT_EQ(full.repeats, 3u);
    EXPECT_EQ(full.interval, 5ms);
    EXPECT_EQ(full.output, "--");
}

TEST(CommandLineAdvise, TakesAProcess) {
    const advise_command watched = advise({"--pid", "42", "--for", "1m"});
    EXPECT_EQ(watched.process, 42);
    EXPECT_EQ(watched.watch, 1min);
    EXPECT_THAT(watched.command, IsEmpty());
}

TEST(CommandLineAdvise, SaysWhatToWriteInstead) {
    EXPECT_THAT(usage_error({}), HasSubstr("say what to run"));
    EXPECT_THAT(usage_error({"--"}), HasSubstr("say what to run"));
    EXPECT_THAT(usage_error({""}), HasSubstr("empty"));
    EXPECT_THAT(usage_error({"--frob", "x"}), HasSubstr("--frob"));
    EXPECT_THAT(usage_error({"--pid", "1", "x"}), HasSubstr("not both"));
    EXPECT_THAT(usage_error({"--pid", "-1"}), HasSubstr("numbers from 1"));
    EXPECT_THAT(usage_error({"--pid", "1", "--repeat", "2"}), HasSubstr("--for"));
    EXPECT_THAT(usage_error({"--pid", "1", "--for", "0s"}), HasSubstr("--for"));
    EXPECT_THAT(usage_error({"--for", "2s", "x"}), HasSubstr("for --pid"));
    EXPECT_THAT(usage_error({"--for", "long", "x"}), HasSubstr("--for"));
    EXPECT_THAT(usage_error({"--repeat", "0", "x"}), HasSubstr("1 to 1000"));
    EXPECT_THAT(usage_error({"--interval", "1h", "x"}), HasSubstr("1ms to 10s"));
    EXPECT_THAT(usage_error({"-o"}), HasSubstr("troika advise --help"));
}

TEST(CommandLineAdvise, HasHelp) {
    const auto said = std::get<message>(parse({"--help"}));
    EXPECT_EQ(said.exit_code, 0);
    EXPECT_THAT(said.text, HasSubstr("troika advise --pid PID"));
    EXPECT_THAT(said.text, HasSubstr("127"));
}

}  // namespace
}  // namespace troika::apps
