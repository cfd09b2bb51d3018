// SPDX-License-Identifier: MIT
#include <troika/net/address.hpp>

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace troika::net {
namespace {

address parsed(const endpoint& where) {
    const std::optional<address> found = address::parse(where);
    EXPECT_TRUE(found) << where.host;
    return found.value_or(address());
}

TEST(Address, KnowsNumericHosts) {
    EXPECT_EQ(parsed({"127.0.0.1", 80}).to_string(), "127.0.0.1:80");
    EXPECT_EQ(parsed({"::1", 443}).to_string(), "[::1]:443");
    EXPECT_EQ(parsed({"[::1]", 443}), parsed({"::1", 443}));
    EXPECT_EQ(parsed({"10.0.0.1", 1}).host(), "10.0.0.1");
    EXPECT_EQ(parsed({"10.0.0.1", 65535}).port(), 65535);
    EXPECT_EQ(parsed({"10.0.0.1", 1}).family(), address_family::inet4);
    EXPECT_EQ(parsed({"::", 1}).family(), address_family::inet6);
}

TEST(Address, LeavesNamesToTheResolver) {
    for (const char* name : {"localhost", "example.org", "", "1.2.3", "::g", "300.1.1.1"})
        EXPECT_FALSE(address::parse({name, 80})) << name;
}

TEST(Address, KnowsUnixPaths) {
    const address path = parsed({"unix:/run/x.socket"});
    EXPECT_EQ(path.to_string(), "unix:/run/x.socket");
    EXPECT_EQ(path.host(), "/run/x.socket");
    EXPECT_EQ(path.port(), 0);
    EXPECT_EQ(path.family(), address_family::local);
    EXPECT_EQ(parsed({"unix:@hidden"}).to_string(), "unix:@hidden");
}

TEST(Address, RefusesPathsThatCannotBe) {
    EXPECT_THROW(address::parse({"unix:"}), std::invalid_argument);
    EXPECT_THROW(address::parse({"unix:/run/x", 80}), std::invalid_argument);
    const std::string longest = "unix:/" + std::string(106, 'x');
    EXPECT_NO_THROW(address::parse({longest}));
    const std::string too_long = longest + "x";
    EXPECT_THROW(address::parse({too_long}), std::invalid_argument);
}

TEST(Address, ComparesByFamilyHostAndPort) {
    EXPECT_EQ(parsed({"127.0.0.1", 80}), parsed({"127.0.0.1", 80}));
    EXPECT_FALSE(parsed({"127.0.0.1", 80}) == parsed({"127.0.0.1", 81}));
    EXPECT_FALSE(parsed({"127.0.0.1", 80}) == parsed({"127.0.0.2", 80}));
    EXPECT_FALSE(parsed({"127.0.0.1", 80}) == address());
    EXPECT_EQ(address(), address());
    EXPECT_EQ(address().to_string(), "");
    EXPECT_FALSE(address().family());
}

}  // namespace
}  // namespace troika::net
