// SPDX-License-Identifier: MIT
#include "loop/operation_list.hpp"

#include <gtest/gtest.h>

namespace troika {

struct item final : io_operation {
    item() : io_operation({}) {}
    void complete(std::int32_t) noexcept override {}
};

TEST(operation_list, keeps_the_order_whatever_is_removed) {
    item a, b, c, d;
    operation_list list;
    EXPECT_TRUE(list.empty());
    list.push_back(b);
    list.push_back(c);
    list.push_front(a);
    list.push_back(d);
    EXPECT_EQ(&list.front(), &a);
    list.remove(c);   // inside
    list.remove(d);   // last
    list.push_back(c);
    list.remove(a);   // first
    EXPECT_EQ(&list.pop_front(), &b);
    EXPECT_EQ(&list.pop_front(), &c);
    EXPECT_TRUE(list.empty());
    list.push_front(d);
    EXPECT_EQ(&list.pop_front(), &d);
    EXPECT_TRUE(list.empty());
}

}  // namespace troika
