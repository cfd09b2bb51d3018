// SPDX-License-Identifier: MIT
#include <troika/http/status.hpp>

#include <gtest/gtest.h>

namespace troika::http {
namespace {

TEST(Status, HasWords) {
    EXPECT_EQ(reason_phrase(status::ok), "OK");
    EXPECT_EQ(reason_phrase(status::range_not_satisfiable), "Range Not Satisfiable");
    EXPECT_EQ(reason_phrase(299), "");
}

TEST(Status, HasKinds) {
    EXPECT_TRUE(is_interim(100));
    EXPECT_TRUE(is_interim(103));
    EXPECT_FALSE(is_interim(status::switching_protocols));
    EXPECT_FALSE(is_interim(200));
    for (int code : {301, 302, 303, 307, 308}) EXPECT_TRUE(is_redirect(code)) << code;
    for (int code : {200, 300, 304, 305, 306, 309, 404}) EXPECT_FALSE(is_redirect(code)) << code;
}

}  // namespace
}  // namespace troika::http
