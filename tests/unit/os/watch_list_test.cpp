// SPDX-License-Identifier: MIT
#include "os/watch_list.hpp"

#include "os/event_fd.hpp"

#include <gtest/gtest.h>

#include <array>

namespace troika::os {

TEST(watch_list, reports_what_is_readable_by_its_name) {
    watch_list list;
    const event_fd one;
    const event_fd other;
    ASSERT_EQ(list.add(one.descriptor(), 7), 0);
    ASSERT_EQ(list.add(other.descriptor(), 8, watch_list::report::each_time), 0);
    std::array<std::uint64_t, 4> names{};
    EXPECT_EQ(list.wait(names, std::chrono::nanoseconds(0)), 0U);
    one.signal();
    ASSERT_EQ(list.wait(names, watch_list::forever), 1U);
    EXPECT_EQ(names[0], 7U);
    EXPECT_EQ(list.wait(names, watch_list::forever), 1U);   // it still is
    one.drain();
    other.signal();
    ASSERT_EQ(list.wait(names, watch_list::forever), 1U);
    EXPECT_EQ(names[0], 8U);
    EXPECT_EQ(list.wait(names, std::chrono::nanoseconds(0)), 0U);   // once
    other.signal();
    EXPECT_EQ(list.wait(names, watch_list::forever), 1U);
    list.remove(other.descriptor());
    other.signal();
    EXPECT_EQ(list.wait(names, std::chrono::nanoseconds(0)), 0U);
}

TEST(watch_list, what_cannot_be_watched_is_an_error) {
    watch_list list;
    EXPECT_LT(list.add(-1, 1), 0);
}

}  // namespace troika::os
