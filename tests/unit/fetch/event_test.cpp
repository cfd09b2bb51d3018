// SPDX-License-Identifier: MIT
#include <troika/fetch/event.hpp>

#include <gtest/gtest.h>

#include <set>

namespace troika::fetch {
namespace {

TEST(Event, HasAWordForEachKind) {
    std::set<std::string_view> words;
    for (int kind = 0; kind <= static_cast<int>(event_kind::summary); ++kind)
        words.insert(to_string(static_cast<event_kind>(kind)));
    EXPECT_EQ(words.size(), static_cast<std::size_t>(event_kind::summary) + 1);
    EXPECT_EQ(to_string(event_kind::retried), "retry");
}

}  // namespace
}  // namespace troika::fetch
