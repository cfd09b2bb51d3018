// SPDX-License-Identifier: MIT
#include <troika/http/message_writer.hpp>

#include <troika/http/error.hpp>

#include "unit/http/parser_recorder.hpp"

#include <gtest/gtest.h>

#include <string>

namespace troika::http {
namespace {

TEST(MessageWriter, WritesRequests) {
    std::string text = "before";
    append_request_head(text, {"GET", "/a?b", "x:81"}, {{"Accept", "*/*"}});
    EXPECT_EQ(text, "beforeGET /a?b HTTP/1.1\r\nHost: x:81\r\nAccept: */*\r\n\r\n");
    text.clear();
    append_request_head(text, {"OPTIONS", "*", "x"}, {{"hOST", "y"}});
    EXPECT_EQ(text, "OPTIONS * HTTP/1.1\r\nhOST: y\r\n\r\n");
}

TEST(MessageWriter, CannotBeInjectedInto) {
    std::string text = "before";
    const auto refuses = [&](const outgoing_request& request) {
        try {
            append_request_head(text, request, {});
            return false;
        } catch (const http_error&) {
            return text == "before";
        }
    };
    EXPECT_TRUE(refuses({"GE T", "/", "x"}));
    EXPECT_TRUE(refuses({"", "/", "x"}));
    EXPECT_TRUE(refuses({"GET\r\n", "/", "x"}));
    EXPECT_TRUE(refuses({"GET", "", "x"}));
    EXPECT_TRUE(refuses({"GET", "a", "x"}));
    EXPECT_TRUE(refuses({"GET", "/ HTTP/1.1\r\nEvil: yes", "x"}));
    EXPECT_TRUE(refuses({"GET", "/a b", "x"}));
    EXPECT_TRUE(refuses({"GET", "/\xc3\xbc", "x"}));
    EXPECT_TRUE(refuses({"GET", "/", "x\r\nEvil: yes"}));
    EXPECT_TRUE(refuses({"GET", "/", "x y"}));
    EXPECT_TRUE(refuses({"GET", "/", "me@x"}));
    EXPECT_FALSE(refuses({"CONNECT", "[::1]:443", "[::1]:443"}));
}

TEST(MessageWriter, WritesResponses) {
    std::string text;
    append_response_head(text, 404, {{"Content-Length", "0"}});
    EXPECT_EQ(text, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    text.clear();
    append_response_head(text, 299, {}, http_version::http_1_0);
    EXPECT_EQ(text, "HTTP/1.0 299 \r\n\r\n");
}

TEST(MessageWriter, WritesChunks) {
    std::string text;
    append_chunk_begin(text, 0x1f4);
    EXPECT_EQ(text, "1f4\r\n");
    text.clear();
    append_chunk_begin(text, ~0ull);
    EXPECT_EQ(text, "ffffffffffffffff\r\n");
    text.clear();
    append_last_chunk(text);
    EXPECT_EQ(text, "0\r\n\r\n");
    text.clear();
    append_last_chunk(text, {{"Sum", "1"}});
    EXPECT_EQ(text, "0\r\nSum: 1\r\n\r\n");
}

TEST(MessageWriter, WritesWhatTheParserReads) {
    std::string text;
    append_request_head(text, {"PUT", "/a", "x"}, {{"Transfer-Encoding", "chunked"}});
    for (std::string_view piece : {"hello", ", world"}) {
        append_chunk_begin(text, piece.size());
        text.append(piece).append(chunk_end);
    }
    append_last_chunk(text, {{"Sum", "1"}});
    EXPECT_EQ(testing::record_requests(text).events,
              "head PUT /a 1.1 [chunked] keep Host=x; Transfer-Encoding=chunked;\n"
              "body hello, world\ncomplete Sum=1;\nclosed");
}

}  // namespace
}  // namespace troika::http
