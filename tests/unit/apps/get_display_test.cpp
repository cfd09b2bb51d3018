// SPDX-License-Identifier: MIT
#include "apps/troika/get_display.hpp"

#include <gtest/gtest.h>

#include <map>

namespace troika::apps {
namespace {

using environment = std::map<std::string, std::string>;

get_display::style choose(const environment& variables, const fetch::get_options& options = {},
                          bool terminal = true) {
    return get_display::choose_style(
        options, {.output = true, .error = terminal}, [&variables](const char* name) {
            const auto found = variables.find(name);
            return found == variables.end() ? std::nullopt : std::optional(found->second);
        });
}

TEST(GetDisplay, DrawsBarsOnTerminalsThatCan) {
    EXPECT_TRUE(choose({{"TERM", "xterm-256color"}}).bars);
    EXPECT_FALSE(choose({{"TERM", "dumb"}}).bars);
    EXPECT_FALSE(choose({{"TERM", ""}}).bars);
    EXPECT_FALSE(choose({}).bars);
    EXPECT_FALSE(choose({{"TERM", "xterm"}}, {}, false).bars);
    for (bool fetch::get_options::*const member :
         {&fetch::get_options::quiet, &fetch::get_options::json}) {
        fetch::get_options options;
        options.*member = true;
        EXPECT_FALSE(choose({{"TERM", "xterm"}}, options).bars);
    }
    fetch::get_options options;
    options.progress = false;
    EXPECT_FALSE(choose({{"TERM", "xterm"}}, options).bars);
    options.progress = true;
    EXPECT_TRUE(choose({{"TERM", "xterm"}}, options).bars);
    options.output = "-";   // the file goes to the same terminal
    EXPECT_FALSE(choose({{"TERM", "xterm"}}, options).bars);
    const auto term = [](const char* name) {
        return std::string_view(name) == "TERM" ? std::optional<std::string>("xterm")
                                                : std::nullopt;
    };
    EXPECT_TRUE(get_display::choose_style(options, {.output = false, .error = true}, term).bars);
}

TEST(GetDisplay, HasColoursUnlessTheyAreNotWanted) {
    EXPECT_TRUE(choose({{"TERM", "xterm"}}).colour);
    EXPECT_TRUE(choose({{"TERM", "xterm"}, {"NO_COLOR", ""}}).colour);   // as no-color.org has it
    EXPECT_FALSE(choose({{"TERM", "xterm"}, {"NO_COLOR", "1"}}).colour);
    EXPECT_TRUE(choose({{"TERM", "xterm"}, {"NO_COLOR", "1"}}).bars);
    EXPECT_FALSE(choose({{"TERM", "dumb"}}).colour);
    EXPECT_FALSE(choose({{"TERM", "xterm"}}, {}, false).colour);
}

TEST(GetDisplay, IsAsciiWhereTheLocaleIsNotUtf8) {
    EXPECT_FALSE(choose({}).unicode);
    EXPECT_TRUE(choose({{"LANG", "de_DE.UTF-8"}}).unicode);
    EXPECT_TRUE(choose({{"LANG", "en_US.utf8"}}).unicode);
    EXPECT_TRUE(choose({{"LC_CTYPE", "C.utf-8"}, {"LANG", "C"}}).unicode);
    EXPECT_FALSE(choose({{"LC_ALL", "C"}, {"LANG", "de_DE.UTF-8"}}).unicode);
    EXPECT_TRUE(choose({{"LC_ALL", ""}, {"LANG", "de_DE.UTF-8"}}).unicode);
    EXPECT_FALSE(choose({{"LANG", "de_DE.ISO-8859-1"}}).unicode);
    EXPECT_TRUE(choose({}, {}, false).unicode);   // names in a log are what they are
}

}  // namespace
}  // namespace troika::apps
