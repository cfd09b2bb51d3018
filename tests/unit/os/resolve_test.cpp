// SPDX-License-Identifier: MIT
#include "os/resolve.hpp"

#include "os/socket.hpp"

#include <gtest/gtest.h>

#include <netdb.h>

namespace troika::os {

TEST(resolve, numbers_are_themselves) {
    const resolution answer = resolve("127.0.0.1", 8080);
    ASSERT_FALSE(answer.error);
    ASSERT_EQ(answer.addresses.size(), 1u);   // once, not once for each protocol
    EXPECT_EQ(format_address(answer.addresses[0]), "127.0.0.1:8080");
}

TEST(resolve, localhost_is_this_machine) {
    const resolution answer = resolve("localhost", 65535);
    ASSERT_FALSE(answer.error) << answer.error.message();
    ASSERT_FALSE(answer.addresses.empty());
    for (const socket_address& address : answer.addresses) EXPECT_EQ(port_of(address), 65535);
}

TEST(resolve, names_that_cannot_exist_are_an_error) {
    // A label longer than 63 bytes, an empty one, a NUL: refused without asking anybody.
    for (const std::string& host :
         {std::string(64, 'x') + ".invalid", std::string("a..b"),
          std::string("localhost\0.x", 12)}) {
        const resolution answer = resolve(host, 80);
        EXPECT_TRUE(answer.error) << host;
        EXPECT_TRUE(answer.addresses.empty());
    }
}

TEST(resolve, errors_say_what_to_do) {
    const std::error_code none(EAI_NONAME, resolver_category());
    EXPECT_NE(none.message().find("check the spelling"), std::string::npos);
    EXPECT_FALSE(std::error_code(EAI_MEMORY, resolver_category()).message().empty());
    EXPECT_STREQ(resolver_category().name(), "resolver");
}

}  // namespace troika::os
