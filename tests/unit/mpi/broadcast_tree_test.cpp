// SPDX-License-Identifier: MIT
#include "mpi/broadcast_tree.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace troika::impl {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<broadcast_target> list_of(int count) {
    std::vector<broadcast_target> list;
    for (int rank = 1; rank <= count; ++rank) list.push_back({rank, 0, 0});
    return list;
}

/// Whom each rank gets its message from, by doing what the ranks do.
void pass_on(std::span<const broadcast_target> list, int from, std::map<int, int>& seen) {
    for (const auto half : halves_of(list)) {
        if (half.empty()) continue;
        seen[half.front().rank] = from;
        pass_on(half.subspan(1), half.front().rank, seen);
    }
}

TEST(broadcast_tree, reaches_all_in_few_steps) {
    for (const int count : {1, 2, 3, 4, 7, 8, 100, 1000}) {
        const auto list = list_of(count);
        std::map<int, int> from;
        pass_on(list, 0, from);
        ASSERT_EQ(from.size(), static_cast<std::size_t>(count));
        for (int rank = 1; rank <= count; ++rank) {
            std::vector<int> expected;
            for (int at = from[rank]; at != 0; at = from[at]) expected.insert(expected.begin(), at);
            EXPECT_EQ(ranks_before(list, static_cast<std::size_t>(rank) - 1), expected);
            EXPECT_LE(expected.size(), 9U);   // log2 of 1000
        }
    }
}

TEST(broadcast_tree, of_five) {
    const auto list = list_of(5);
    EXPECT_THAT(ranks_before(list, 0), IsEmpty());
    EXPECT_THAT(ranks_before(list, 1), ElementsAre(1));
    EXPECT_THAT(ranks_before(list, 2), ElementsAre(1));
    EXPECT_THAT(ranks_before(list, 3), IsEmpty());
    EXPECT_THAT(ranks_before(list, 4), ElementsAre(4));
}

}  // namespace
}  // namespace troika::impl
