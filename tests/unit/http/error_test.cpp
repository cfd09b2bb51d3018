// SPDX-License-Identifier: MIT
#include <troika/http/error.hpp>

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace troika::http {
namespace {

TEST(Error, IsCaughtAtEveryLevel) {
    EXPECT_THROW(throw protocol_error(errc::truncated_body, "x"), http_error);
    EXPECT_THROW(throw url_error("x", 3), std::runtime_error);
    EXPECT_EQ(url_error("x", 3).position(), 3u);
    EXPECT_EQ(url_error("x", 3).code(), errc::invalid_url);
    EXPECT_EQ(std::string(protocol_error(errc::truncated_body, "why").what()), "why");
}

TEST(Error, TellsAServerHowToAnswer) {
    const auto status_of = [](errc code) { return protocol_error(code, "").response_status(); };
    EXPECT_EQ(status_of(errc::conflicting_framing), 400);
    EXPECT_EQ(status_of(errc::start_line_too_long), 414);
    EXPECT_EQ(status_of(errc::headers_too_large), 431);
    EXPECT_EQ(status_of(errc::too_many_headers), 431);
    EXPECT_EQ(status_of(errc::unsupported_transfer_encoding), 501);
    EXPECT_EQ(status_of(errc::unsupported_version), 505);
}

}  // namespace
}  // namespace troika::http
