// SPDX-License-Identifier: MIT
#include <troika/http/client_error.hpp>
#include <troika/http/response.hpp>

#include <gtest/gtest.h>

#include <string>

namespace troika::http {
namespace {

response answer(int status, std::string reason) {
    response_head head;
    head.status = status;
    head.reason = std::move(reason);
    return {url::parse("http://user:word@host/name"), std::move(head), "body"};
}

TEST(Response, IsWhatTheServerSaid) {
    const response fine = answer(206, "Partial");
    EXPECT_TRUE(fine.ok());
    EXPECT_EQ(fine.status(), 206);
    EXPECT_EQ(fine.reason(), "Partial");
    EXPECT_EQ(fine.body(), "body");
    fine.raise_for_status();
    EXPECT_FALSE(answer(302, "").ok());
    answer(302, "").raise_for_status();
    EXPECT_EQ(answer(200, "").body(), "body");
}

TEST(Response, RaisesForErrors) {
    const auto message = [](const response& bad) {
        try {
            bad.raise_for_status();
        } catch (const status_error& error) {
            EXPECT_EQ(error.status(), bad.status());
            return std::string(error.what());
        }
        return std::string();
    };
    EXPECT_EQ(message(answer(404, "")), "http://host/name: 404 Not Found");
    EXPECT_EQ(message(answer(500, "Oh dear")), "http://host/name: 500 Oh dear");
    EXPECT_EQ(message(answer(599, "")), "http://host/name: 599");
}

}  // namespace
}  // namespace troika::http
