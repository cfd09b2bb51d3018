// SPDX-License-Identifier: MIT
#include "http/alpn.hpp"

#include <troika/tls/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace troika::http {
namespace {

using protocols = std::vector<std::string>;

TEST(Alpn, TakesWhatIsSpoken) {
    EXPECT_NO_THROW(require_http_1(protocols{}));
    EXPECT_NO_THROW(require_http_1(protocols{"http/1.1", "http/1.0"}));
}

TEST(Alpn, RefusesWhatIsNot) {
    EXPECT_THROW(require_http_1(protocols{"http/1.1", "h3"}), tls::error);
    try {
        require_http_1(protocols{"h2", "http/1.1"});
        ADD_FAILURE() << "an error was expected";
    } catch (const tls::error& error) {
        EXPECT_EQ(error.reason(), tls::errc::bad_configuration);
        EXPECT_THAT(error.what(), testing::HasSubstr("'h2'"));
    }
}

}  // namespace
}  // namespace troika::http
