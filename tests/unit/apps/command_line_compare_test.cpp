// SPDX-License-Identifier: MIT
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
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

command parse(std::initializer_list<const char*> arguments) {
    std::vector<const char*> argv{"troika", "compare"};
    argv.insert(argv.end(), arguments);
    return parse_command_line(static_cast<int>(argv.size()), argv.data());
}

compare_command compare(std::initializer_list<const char*> arguments) {
    const command parsed = parse(arguments);
    if (const auto* text = std::get_if<message>(&parsed)) ADD_FAILURE() << text->text;
    return std::get<compare_command>(parsed);
}

std::string usage_error(std::initializer_list<const char*> arguments) {
    const command parsed = parse(arguments);
    const auto* text = std::get_if<message>(&parsed);
    if (text == nullptr) return "accepted";
    EXPECT_EQ(text->exit_code, 2);
    return text->text;
}

TEST(command_line_compare, what_is_not_said) {
    const compare_command plain = compare({});
    EXPECT_EQ(plain.workload, "breakfast");
    EXPECT_THAT(plain.models, IsEmpty());
    EXPECT_FALSE(plain.sizes.tasks || plain.sizes.delay || plain.sizes.compute ||
                 plain.sizes.bytes || plain.sizes.sync);
    EXPECT_FALSE(plain.workers || plain.repeats || plain.switch_interval || plain.json);
    EXPECT_TRUE(plain.colour);
    EXPECT_THAT(plain.page + plain.trace, IsEmpty());
}

TEST(command_line_compare, options) {
    const compare_command all =
        compare({"mixed", "--tasks", "7", "--delay", "5ms", "--compute", "2ms", "--size", "3k",
                 "--sync", "--models", "threads+gil,async", "--workers", "3", "--repeats", "2",
                 "--switch-interval", "1ms", "--json", "--html", "a.html", "--trace", "a.json",
                 "--no-color"});
    EXPECT_EQ(all.workload, "mixed");
    EXPECT_EQ(all.sizes.tasks, 7u);
    EXPECT_EQ(all.sizes.delay, 5ms);
    EXPECT_EQ(all.sizes.compute, 2ms);
    EXPECT_EQ(all.sizes.bytes, 3072u);
    EXPECT_TRUE(all.sizes.sync);
    EXPECT_THAT(all.models, ElementsAre("threads+gil", "async"));
    EXPECT_EQ(all.workers, 3u);
    EXPECT_EQ(all.repeats, 2u);
    EXPECT_EQ(all.switch_interval, 1ms);
    EXPECT_TRUE(all.json);
    EXPECT_FALSE(all.colour);
    EXPECT_EQ(all.page, "a.html");
    EXPECT_EQ(all.trace, "a.json");
}

TEST(command_line_compare, mistakes) {
    EXPECT_THAT(usage_error({"--models", "sync,"}), HasSubstr("known are sync, async, async+pool"));
    EXPECT_THAT(usage_error({"--models", "async,async"}), HasSubstr("twice"));
    EXPECT_THAT(usage_error({"--trace", "a.gz"}), HasSubstr(".pftrace"));
    EXPECT_THAT(usage_error({"--delay", "soon"}), HasSubstr("--delay"));
    EXPECT_THAT(usage_error({"--size", "much"}), HasSubstr("--size"));
    EXPECT_THAT(usage_error({"io", "cpu"}), HasSubstr("cpu"));
    EXPECT_THAT(usage_error({"--fast"}), HasSubstr("--fast"));
}

TEST(command_line_compare, help_names_workloads_and_models) {
    const command parsed = parse({"--help"});
    const message& help = std::get<message>(parsed);
    EXPECT_EQ(help.exit_code, 0);
    for (const char* word : {"breakfast", "my.json", "threads+gil", "--switch-interval"})
        EXPECT_THAT(help.text, HasSubstr(word));
}

}  // namespace
}  // namespace troika::apps
