// SPDX-License-Identifier: MIT
#include "http/request_builder.hpp"

#include <troika/http/error.hpp>
#include <troika/http/netrc.hpp>

#include <gtest/gtest.h>

#include <string>

namespace troika::http {
namespace {

client_options quiet() {
    client_options options;
    options.user_agent.clear();
    return options;
}

std::string built(const request_options& options, const request_context& context = {},
                  std::string_view method = "GET") {
    request_builder builder(quiet());
    std::string text;
    const request_body body = request_builder::plan_body(options, context.drops_body);
    builder.append(text, method, url::parse("http://a:81/b?c"), options, context, body);
    return text;
}

TEST(RequestBuilder, WritesThePlainRequest) {
    EXPECT_EQ(built({}), "GET /b?c HTTP/1.1\r\nHost: a:81\r\nAccept: */*\r\n\r\n");
}

TEST(RequestBuilder, SendsASmallBodyWithItsHead) {
    EXPECT_EQ(built({.body = "hello"}, {}, "PUT"),
              "PUT /b?c HTTP/1.1\r\nHost: a:81\r\nAccept: */*\r\nContent-Length: 5\r\n\r\nhello");
    EXPECT_EQ(built({}, {}, "POST"),
              "POST /b?c HTTP/1.1\r\nHost: a:81\r\nAccept: */*\r\nContent-Length: 0\r\n\r\n");
}

TEST(RequestBuilder, PlansBodies) {
    using way = request_body::way;
    EXPECT_EQ(request_builder::plan_body({}, false).how, way::none);
    EXPECT_EQ(request_builder::plan_body({.body = "x"}, false).how, way::inside);
    EXPECT_EQ(request_builder::plan_body({.body = "x"}, true).how, way::none);
    EXPECT_EQ(request_builder::plan_body({.body = "x", .expect_continue = true}, false).how,
              way::length);
    const std::string large(request_builder::inline_body_max + 1, 'x');
    const request_body planned = request_builder::plan_body({.body = large}, false);
    EXPECT_EQ(planned.how, way::length);
    EXPECT_EQ(planned.size, large.size());
}

TEST(RequestBuilder, LeavesOutWhatARedirectTakesAway) {
    const headers own{{"Cookie", "a"}, {"Content-Type", "b"}, {"Accept", "c"}};
    EXPECT_EQ(built({.fields = &own}, {.at_first_origin = false}),
              "GET /b?c HTTP/1.1\r\nHost: a:81\r\nContent-Type: b\r\nAccept: c\r\n\r\n");
    // A log-in for the host to which it leads is no leak.
    EXPECT_NE(built({}, {.at_first_origin = false, .authorization = "Basic x"})
                  .find("Authorization: Basic x\r\n"),
              std::string::npos);
    EXPECT_EQ(built({.fields = &own, .body = "gone"}, {.drops_body = true}),
              "GET /b?c HTTP/1.1\r\nHost: a:81\r\nCookie: a\r\nAccept: c\r\n\r\n");
    EXPECT_NE(built({}, {.authorization = "Basic x"}).find("Authorization: Basic x\r\n"),
              std::string::npos);
}

TEST(RequestBuilder, PrefersTheAuthorizationOfTheRequest) {
    const headers own{{"authorization", "Bearer y"}};
    const std::string text = built({.fields = &own}, {.authorization = "Basic x"});
    EXPECT_NE(text.find("authorization: Bearer y\r\n"), std::string::npos);
    EXPECT_EQ(text.find("Basic x"), std::string::npos);
}

TEST(RequestBuilder, AddsCookiesToThoseOfTheRequest) {
    const headers own{{"Cookie", "a=1"}};
    EXPECT_NE(built({.fields = &own}, {.cookies = "b=2"}).find("Cookie: a=1; b=2\r\n"),
              std::string::npos);
    const std::string elsewhere =
        built({.fields = &own}, {.at_first_origin = false, .cookies = "b=2"});
    EXPECT_NE(elsewhere.find("Cookie: b=2\r\n"), std::string::npos);
}

TEST(RequestBuilder, WritesForAProxy) {
    EXPECT_EQ(built({}, {.forwarded = true, .proxy_authorization = "Basic p"}),
              "GET http://a:81/b?c HTTP/1.1\r\nHost: a:81\r\nAccept: */*\r\n"
              "Proxy-Authorization: Basic p\r\n\r\n");
}

TEST(RequestBuilder, ShowsNoOriginWhatIsForAProxy) {
    const headers own{{"Proxy-Authorization", "Basic p"}};
    EXPECT_EQ(built({.fields = &own}).find("Proxy-Authorization"), std::string::npos);
    EXPECT_NE(built({.fields = &own}, {.forwarded = true}).find("Proxy-Authorization: Basic p\r\n"),
              std::string::npos);
    client_options options = quiet();
    options.fields.add("proxy-authorization", "Basic p");
    request_builder builder(options);
    std::string text;
    builder.append(text, "GET", url::parse("http://a/"), {}, {}, {});
    EXPECT_EQ(text, "GET / HTTP/1.1\r\nHost: a\r\nAccept: */*\r\n\r\n");
}

TEST(RequestBuilder, RefusesFramingFieldsAndBadMethods) {
    const headers length{{"content-length", "1"}};
    EXPECT_THROW(built({.fields = &length}), http_error);
    const headers coding{{"Transfer-Encoding", "chunked"}};
    EXPECT_THROW(built({.fields = &coding}), http_error);
    EXPECT_THROW(built({}, {}, "GET /x HTTP/1.1\r\n"), http_error);
}

TEST(RequestBuilder, ReadsCredentialsFromTheUrl) {
    EXPECT_EQ(authorization_of(url::parse("http://us%65r:pass@a/")), "Basic dXNlcjpwYXNz");
    EXPECT_EQ(authorization_of(url::parse("http://a/")), "");
    EXPECT_EQ(authorization_of(url::parse("http://@a/")), "");
    const netrc logins = netrc::parse("machine a login user password pass");
    EXPECT_EQ(authorization_of(url::parse("http://user@a/"), &logins), "Basic dXNlcjpwYXNz");
    EXPECT_EQ(authorization_of(url::parse("http://user:@a/"), &logins), "Basic dXNlcjo=");
    EXPECT_EQ(authorization_of(url::parse("http://user@b/"), &logins), "Basic dXNlcjo=");
    EXPECT_EQ(authorization_of(url::parse("http://a/"), &logins), "");
    EXPECT_TRUE(is_idempotent("PUT"));
    EXPECT_FALSE(is_idempotent("POST"));
}

}  // namespace
}  // namespace troika::http
