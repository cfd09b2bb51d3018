// SPDX-License-Identifier: MIT
#include <troika/http/basic_auth.hpp>

#include <troika/http/error.hpp>

#include <gtest/gtest.h>

namespace troika::http {
namespace {

TEST(BasicAuth, WritesTheExampleOfTheStandard) {   // RFC 7617, 2
    EXPECT_EQ(basic_authorization({"Aladdin", "open sesame"}),
              "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    EXPECT_EQ(basic_authorization({"", ""}), "Basic Og==");
    EXPECT_EQ(basic_authorization({"a", "b:c"}), "Basic YTpiOmM=");
}

TEST(BasicAuth, RefusesWhatWouldBeReadOtherwise) {
    EXPECT_THROW((void)basic_authorization({"a:b", "c"}), http_error);
    EXPECT_THROW((void)basic_authorization({"a\n", "c"}), http_error);
    EXPECT_THROW((void)basic_authorization({"a", "c\r"}), http_error);
}

TEST(Base64, WritesTheExamplesOfTheStandard) {   // RFC 4648, 10
    EXPECT_EQ(base64_encode(""), "");
    EXPECT_EQ(base64_encode("f"), "Zg==");
    EXPECT_EQ(base64_encode("fo"), "Zm8=");
    EXPECT_EQ(base64_encode("foo"), "Zm9v");
    EXPECT_EQ(base64_encode("foob"), "Zm9vYg==");
    EXPECT_EQ(base64_encode("fooba"), "Zm9vYmE=");
    EXPECT_EQ(base64_encode("foobar"), "Zm9vYmFy");
    EXPECT_EQ(base64_encode("\xfb\xff\xfe"), "+//+");
}

}  // namespace
}  // namespace troika::http
