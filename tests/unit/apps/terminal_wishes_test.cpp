// SPDX-License-Identifier: MIT
#include "apps/troika/terminal_wishes.hpp"

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>

namespace {

using namespace troika::apps;

terminal_wishes wishes_of(const std::map<std::string, std::string>& environment) {
    return read_terminal_wishes([&](const char* name) -> std::optional<std::string> {
        const auto found = environment.find(name);
        return found == environment.end() ? std::nullopt : std::optional(found->second);
    });
}

TEST(TerminalWishes, WithoutAnEnvironmentLittleIsPossible) {
    const terminal_wishes none = wishes_of({});
    EXPECT_FALSE(none.capable);
    EXPECT_FALSE(none.colour);
    EXPECT_FALSE(none.unicode);
}

TEST(TerminalWishes, ColoursAreForCapableTerminalsUnlessForbidden) {
    EXPECT_TRUE(wishes_of({{"TERM", "xterm"}}).colour);
    EXPECT_TRUE(wishes_of({{"TERM", "xterm"}, {"NO_COLOR", ""}}).colour);
    EXPECT_FALSE(wishes_of({{"TERM", "xterm"}, {"NO_COLOR", "1"}}).colour);
    EXPECT_TRUE(wishes_of({{"TERM", "xterm"}, {"NO_COLOR", "1"}}).capable);
    EXPECT_FALSE(wishes_of({{"TERM", "dumb"}}).capable);
}

TEST(TerminalWishes, TheFirstLocaleThatIsSetCounts) {
    EXPECT_TRUE(wishes_of({{"LANG", "de_DE.UTF-8"}}).unicode);
    EXPECT_TRUE(wishes_of({{"LC_CTYPE", "C.utf8"}, {"LANG", "C"}}).unicode);
    EXPECT_FALSE(wishes_of({{"LC_ALL", "C"}, {"LANG", "de_DE.UTF-8"}}).unicode);
    EXPECT_TRUE(wishes_of({{"LC_ALL", ""}, {"LANG", "de_DE.UTF-8"}}).unicode);
}

}  // namespace
