// SPDX-License-Identifier: MIT
#include <troika/http/authorization.hpp>

#include <troika/http/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace troika::http {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Authorization, WritesBearerTokens) {   // RFC 6750, 2.1
    EXPECT_EQ(bearer_authorization("mF_9.B5f-4.1JqM"), "Bearer mF_9.B5f-4.1JqM");
    EXPECT_EQ(bearer_authorization("aZ0-._~+/=="), "Bearer aZ0-._~+/==");
}

TEST(Authorization, RefusesWhatIsNoTokenWithoutShowingIt) {
    const std::vector<std::pair<std::string, const char*>> table = {
        {"", "is empty"},
        {"=", "other than letters"},
        {"s3cret=s3cret", "other than letters"},
        {"s3cret\"", "other than letters"},
        {"s3cret\xc3\xa9", "other than letters"},
        {"s3cret\n", "a line end"},
        {"s3cret\r\nX-Evil: 1", "a line end"},
        {"Bearer s3cret", "a space"},
        {std::string("s3cret\0", 7), "control character"},
    };
    for (const auto& [token, message] : table) {
        try {
            (void)bearer_authorization(token);
            ADD_FAILURE() << message;
        } catch (const http_error& error) {
            EXPECT_EQ(error.code(), errc::invalid_credentials);
            EXPECT_THAT(error.what(), HasSubstr(message));
            EXPECT_THAT(error.what(), Not(HasSubstr("s3cret")));
        }
    }
}

TEST(Authorization, WritesUtf8InBasic) {   // RFC 7617, 2.1
    EXPECT_EQ(basic_authorization({"test", "123\xc2\xa3"}), "Basic dGVzdDoxMjPCow==");
}

}  // namespace
}  // namespace troika::http
