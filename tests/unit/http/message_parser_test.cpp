// SPDX-License-Identifier: MIT
#include <troika/http/message_parser.hpp>

#include "unit/http/parser_recorder.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace troika::http {
namespace {

using testing::record_requests;
using testing::record_response;
using testing::recorder;

// ---- requests

TEST(RequestParser, ReadsARequestWithoutABody) {
    const auto said = record_requests("GET /a?b HTTP/1.1\r\nHost: x\r\nAccept:  */* \t\r\n\r\n");
    EXPECT_EQ(said.events, "head GET /a?b 1.1 [none] keep Host=x; Accept=*/*;\ncomplete\nclosed");
    EXPECT_FALSE(said.error) << said.message;
}

TEST(RequestParser, ReadsBodiesOfBothKinds) {
    EXPECT_EQ(
        record_requests("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello").events,
        "head POST / 1.1 [length 5] keep Host=x; Content-Length=5;\nbody hello\ncomplete\n"
        "closed");
    EXPECT_EQ(record_requests("PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\n\r\n"
                              "3\r\nabc\r\nA;x=\"y\"\r\n0123456789\r\n0\r\nSum: 9\r\n\r\n")
                  .events,
              "head PUT / 1.1 [chunked] keep Host=x; Transfer-Encoding=Chunked;\n"
              "body abc0123456789\ncomplete Sum=9;\nclosed");
    EXPECT_EQ(record_requests("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n").events,
              "head POST / 1.1 [length 0] keep Host=x; Content-Length=0;\ncomplete\nclosed");
}

TEST(RequestParser, KnowsWhenTheConnectionIsKept) {
    const auto kept = [](std::string_view line, std::string_view fields) {
        const std::string text =
            std::string(line) + "\r\nHost: x\r\n" + std::string(fields) + "\r\n";
        return record_requests(text).events.find("] keep") != std::string::npos;
    };
    EXPECT_TRUE(kept("GET / HTTP/1.1", ""));
    EXPECT_FALSE(kept("GET / HTTP/1.1", "Connection: close\r\n"));
    EXPECT_FALSE(kept("GET / HTTP/1.1", "Connection: keep-alive , Close\r\n"));
    EXPECT_FALSE(kept("GET / HTTP/1.1", "Connection: a\r\nConnection: close\r\n"));
    EXPECT_TRUE(kept("GET / HTTP/1.1", "Connection: closed\r\n"));
    EXPECT_FALSE(kept("GET / HTTP/1.0", ""));
    EXPECT_TRUE(kept("GET / HTTP/1.0", "Connection: Keep-Alive\r\n"));
}

TEST(RequestParser, NoticesExpectAndUpgrade) {
    EXPECT_EQ(
        record_requests("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-Continue\r\n\r\n").events,
        "head POST / 1.1 [none] keep continue Host=x; Expect=100-Continue;\ncomplete\nclosed");
    EXPECT_EQ(
        record_requests("GET / HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: h\r\n\r\n")
            .events,
        "head GET / 1.1 [none] keep upgrade Host=x; Connection=upgrade; Upgrade=h;\ncomplete\n"
        "closed");
    EXPECT_EQ(record_requests("GET / HTTP/1.1\r\nHost: x\r\nUpgrade: h\r\n\r\n").events,
              "head GET / 1.1 [none] keep Host=x; Upgrade=h;\ncomplete\nclosed");
    EXPECT_EQ(record_requests("CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n").events,
              "head CONNECT a:443 1.1 [none] upgrade Host=a;\ncomplete\nclosed");
}

TEST(RequestParser, StopsBetweenPipelinedRequests) {
    const std::string_view first = "GET /1 HTTP/1.1\r\nHost: x\r\n\r\n";
    const std::string both = std::string(first) + "GET /2 HTTP/1.1\r\nHost: x\r\n\r\n";
    request_parser parser;
    recorder record(parser, 1);
    EXPECT_FALSE(record.feed(both));
    EXPECT_EQ(record.said().consumed, first.size());
    EXPECT_TRUE(parser.idle());
    EXPECT_EQ(parser.head().target, "/1");
    recorder next(parser);
    EXPECT_TRUE(next.feed(std::string_view(both).substr(first.size())));
    EXPECT_EQ(parser.head().target, "/2");
}

TEST(RequestParser, PointsIntoTheInputForBodies) {
    const std::string text = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabcGET";
    const auto input = std::as_bytes(std::span(text));
    request_parser parser;
    const parse_step head = parser.parse(input);
    ASSERT_EQ(head.event, parse_event::head);
    const parse_step body = parser.parse(input.subspan(head.consumed));
    ASSERT_EQ(body.event, parse_event::body);
    EXPECT_EQ(body.body.data(), input.data() + head.consumed);
    EXPECT_EQ(body.body.size(), 3u);
    EXPECT_EQ(parser.body_bytes(), 3u);
}

TEST(RequestParser, LetsItsHeadBeMovedAway) {
    const std::string text = "POST /a-target-of-some-length HTTP/1.1\r\nHost: x\r\n"
                             "Content-Length: 2\r\n\r\nab";
    request_parser parser;
    auto input = std::as_bytes(std::span(text));
    const parse_step head = parser.parse(input);
    const request_head mine = std::move(parser.head());
    recorder record(parser);
    EXPECT_TRUE(record.feed(text.substr(head.consumed)));
    EXPECT_EQ(record.said().events, "body ab\ncomplete");
    EXPECT_TRUE(recorder(parser).feed(text));
    EXPECT_EQ(mine.target, "/a-target-of-some-length");
    EXPECT_EQ(parser.head().target, mine.target);
    EXPECT_EQ(parser.head().fields, mine.fields);
}

TEST(RequestParser, SkipsAnEmptyLineBeforeARequest) {
    EXPECT_EQ(record_requests("\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n").events,
              "head GET / 1.1 [none] keep Host=x;\ncomplete\nclosed");
    EXPECT_EQ(record_requests("\r\n").events, "closed");
}

struct refused {
    const char* name;
    std::string text;
    errc code;
};

std::string with_host(std::string_view fields, std::string_view body = "") {
    return "POST / HTTP/1.1\r\nHost: x\r\n" + std::string(fields) + "\r\n" + std::string(body);
}
std::string chunked(std::string_view body) {
    return with_host("Transfer-Encoding: chunked\r\n", body);
}

// What smugglers have sent, and what two readers read differently.
const std::vector<refused> refused_requests = {
    {"two lengths", with_host("Content-Length: 5\r\nContent-Length: 6\r\n"),
     errc::conflicting_framing},
    {"equal lengths", with_host("Content-Length: 5\r\nContent-Length: 5\r\n"),
     errc::conflicting_framing},
    {"a list of lengths", with_host("Content-Length: 5, 5\r\n"), errc::invalid_content_length},
    {"a signed length", with_host("Content-Length: +5\r\n"), errc::invalid_content_length},
    {"a negative length", with_host("Content-Length: -5\r\n"), errc::invalid_content_length},
    {"a hexadecimal length", with_host("Content-Length: 0x5\r\n"), errc::invalid_content_length},
    {"an empty length", with_host("Content-Length:\r\n"), errc::invalid_content_length},
    {"a length with a blank", with_host("Content-Length: 5 5\r\n"), errc::invalid_content_length},
    {"a length of 2^64", with_host("Content-Length: 18446744073709551616\r\n"),
     errc::invalid_content_length},
    {"length and chunks", with_host("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"),
     errc::conflicting_framing},
    {"chunks and length", with_host("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"),
     errc::conflicting_framing},
    {"chunks twice", with_host("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
     errc::unsupported_transfer_encoding},
    {"chunked, chunked", with_host("Transfer-Encoding: chunked, chunked\r\n"),
     errc::unsupported_transfer_encoding},
    {"chunked not last", with_host("Transfer-Encoding: chunked, identity\r\n"),
     errc::unsupported_transfer_encoding},
    {"gzip, chunked", with_host("Transfer-Encoding: gzip, chunked\r\n"),
     errc::unsupported_transfer_encoding},
    {"identity", with_host("Transfer-Encoding: identity\r\n"),
     errc::unsupported_transfer_encoding},
    {"xchunked", with_host("Transfer-Encoding: xchunked\r\n"),
     errc::unsupported_transfer_encoding},
    {"quoted chunked", with_host("Transfer-Encoding: \"chunked\"\r\n"),
     errc::unsupported_transfer_encoding},
    {"chunked behind a vertical tab", with_host("Transfer-Encoding: \vchunked\r\n"),
     errc::invalid_header_value},
    {"an empty coding", with_host("Transfer-Encoding:\r\n"), errc::unsupported_transfer_encoding},
    {"chunks in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
     errc::conflicting_framing},
    {"a blank before the colon", with_host("Content-Length : 5\r\n"), errc::invalid_header_name},
    {"a tab before the colon", with_host("Transfer-Encoding\t: chunked\r\n"),
     errc::invalid_header_name},
    {"a blank in a name", with_host("Foo Bar: 5\r\n"), errc::invalid_header_name},
    {"a field without a name", with_host(": 5\r\n"), errc::invalid_header_name},
    {"a field without a colon", with_host("Foo\r\n"), errc::invalid_header_name},
    {"a NUL in a name", with_host(std::string("Fo\0o: 5\r\n", 9)), errc::invalid_header_name},
    {"a NUL in a value", with_host(std::string("Foo: 5\0\r\n", 9)), errc::invalid_header_value},
    {"a letter beyond ASCII in a name", with_host("F\xc3\xb6o: 5\r\n"), errc::invalid_header_name},
    {"a fold", with_host("Foo: a\r\n b\r\n"), errc::folded_header},
    {"a fold with a tab", with_host("Foo: a\r\n\tb\r\n"), errc::folded_header},
    {"a fold after the first line", "GET / HTTP/1.1\r\n Host: x\r\n\r\n", errc::folded_header},
    {"a folded coding", with_host("Transfer-Encoding:\r\n chunked\r\n"), errc::folded_header},
    {"a lone LF after the first line", "GET / HTTP/1.1\nHost: x\r\n\r\n", errc::bare_line_feed},
    {"a lone LF after a field", "GET / HTTP/1.1\r\nHost: x\nA: b\r\n\r\n", errc::bare_line_feed},
    {"a lone LF as the end", "GET / HTTP/1.1\r\nHost: x\r\n\n", errc::bare_line_feed},
    {"a lone LF in front", "\nGET / HTTP/1.1\r\nHost: x\r\n\r\n", errc::bare_line_feed},
    {"a lone CR in a value", with_host("Foo: a\rb\r\n"), errc::bare_carriage_return},
    {"a lone CR between fields", with_host("Foo: a\rBar: b\r\n"), errc::bare_carriage_return},
    {"CR CR LF", with_host("Foo: a\r\r\n"), errc::bare_carriage_return},
    {"a lone CR after the first line", "GET / HTTP/1.1\rHost: x\r\n\r\n",
     errc::bare_carriage_return},
    {"HTTP/0.9", "GET /\r\n\r\n", errc::invalid_start_line},
    {"HTTP/0.9 spelled out", "GET / HTTP/0.9\r\n\r\n", errc::unsupported_version},
    {"HTTP/2.0", "GET / HTTP/2.0\r\nHost: x\r\n\r\n", errc::unsupported_version},
    {"HTTP/1.2", "GET / HTTP/1.2\r\nHost: x\r\n\r\n", errc::unsupported_version},
    {"HTTP/11.1", "GET / HTTP/11.1\r\nHost: x\r\n\r\n", errc::unsupported_version},
    {"http/1.1", "GET / http/1.1\r\nHost: x\r\n\r\n", errc::invalid_start_line},
    {"RTSP", "OPTIONS * RTSP/1.0\r\nHost: x\r\n\r\n", errc::invalid_start_line},
    {"ICE", "SOURCE / ICE/1.0\r\nHost: x\r\n\r\n", errc::invalid_start_line},
    {"the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", errc::unsupported_version},
    {"an unknown method", "FETCH / HTTP/1.1\r\nHost: x\r\n\r\n", errc::invalid_start_line},
    {"a method in small letters", "get / HTTP/1.1\r\nHost: x\r\n\r\n", errc::invalid_start_line},
    {"no method", " / HTTP/1.1\r\nHost: x\r\n\r\n", errc::invalid_start_line},
    {"two blanks", "GET  / HTTP/1.1\r\nHost: x\r\n\r\n", errc::invalid_start_line},
    {"a tab", "GET\t/ HTTP/1.1\r\nHost: x\r\n\r\n", errc::invalid_start_line},
    {"a blank at the end", "GET / HTTP/1.1 \r\nHost: x\r\n\r\n", errc::unsupported_version},
    {"a blank in the target", "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n", errc::invalid_start_line},
    {"a fragment", "GET /a#b HTTP/1.1\r\nHost: x\r\n\r\n", errc::invalid_start_line},
    {"a relative target", "GET a HTTP/1.1\r\nHost: x\r\n\r\n", errc::invalid_start_line},
    {"a star for GET", "GET * HTTP/1.1\r\nHost: x\r\n\r\n", errc::invalid_start_line},
    {"CONNECT without a port", "CONNECT a HTTP/1.1\r\nHost: x\r\n\r\n", errc::invalid_start_line},
    {"CONNECT with a body", "CONNECT a:1 HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n",
     errc::conflicting_framing},
    {"a TLS hello", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc", 9),
     errc::invalid_start_line},
    {"no host", "GET / HTTP/1.1\r\n\r\n", errc::missing_host},
    {"two hosts", "GET / HTTP/1.1\r\nHost: x\r\nhost: y\r\n\r\n", errc::missing_host},
    {"empty lines only", "\r\n\r\n\r\n\r\n", errc::invalid_start_line},
    {"a chunk size of nothing", chunked("\r\nabc\r\n"), errc::invalid_chunk},
    {"a signed chunk size", chunked("+3\r\nabc\r\n0\r\n\r\n"), errc::invalid_chunk},
    {"a chunk size with 0x", chunked("0x3\r\nabc\r\n0\r\n\r\n"), errc::invalid_chunk},
    {"a chunk size with a blank", chunked("3 \r\nabc\r\n0\r\n\r\n"), errc::invalid_chunk},
    {"a blank before a chunk size", chunked(" 3\r\nabc\r\n0\r\n\r\n"), errc::invalid_chunk},
    {"a chunk size of words", chunked("three\r\nabc\r\n0\r\n\r\n"), errc::invalid_chunk},
    {"a chunk size beyond 64 bits", chunked("10000000000000003\r\nabc\r\n0\r\n\r\n"),
     errc::invalid_chunk},
    {"a chunk longer than its size", chunked("3\r\nabcd\r\n0\r\n\r\n"), errc::invalid_chunk},
    {"two bytes instead of CRLF", chunked("3\r\nabcXX0\r\n\r\n"), errc::invalid_chunk},
    {"a chunk shorter than its size", chunked("5\r\nabc\r\n0\r\n\r\n"), errc::invalid_chunk},
    {"a lone LF after a chunk size", chunked("3\nabc\r\n0\r\n\r\n"), errc::bare_line_feed},
    {"a lone LF after a chunk", chunked("3\r\nabc\n0\r\n\r\n"), errc::invalid_chunk},
    {"a lone LF after an extension", chunked("3;a\nabc\r\n0\r\n\r\n"), errc::bare_line_feed},
    {"a lone CR in an extension", chunked("3;a\rb\r\nabc\r\n0\r\n\r\n"),
     errc::bare_carriage_return},
    {"a lone LF after the last chunk", chunked("0\n\r\n"), errc::bare_line_feed},
    {"a lone LF after the trailers", chunked("0\r\nA: b\r\n\n"), errc::bare_line_feed},
    {"a folded trailer", chunked("0\r\nA: b\r\n c\r\n\r\n"), errc::folded_header},
    {"a length in the trailers", chunked("0\r\nContent-Length: 5\r\n\r\n"),
     errc::conflicting_framing},
};

TEST(RequestParser, RefusesWhatCouldSmuggle) {
    for (const refused& each : refused_requests) {
        const auto said = record_requests(each.text);
        EXPECT_TRUE(said.error) << each.name << " passed as " << said.events;
        if (said.error) {
            EXPECT_EQ(static_cast<int>(*said.error), static_cast<int>(each.code))
                << each.name << ": " << said.message;
        }
    }
}

TEST(RequestParser, TellsAnEndBetweenRequestsFromOneWithin) {
    EXPECT_EQ(record_requests("").events, "closed");
    EXPECT_EQ(record_requests("GET / HT").error, errc::truncated_head);
    EXPECT_EQ(record_requests("GET / HTTP/1.1\r\nHost: x\r\n").error, errc::truncated_head);
    EXPECT_EQ(record_requests(with_host("Content-Length: 9\r\n", "12345678")).error,
              errc::truncated_body);
    EXPECT_EQ(record_requests(chunked("5\r\nabc")).error, errc::truncated_body);
    EXPECT_EQ(record_requests(chunked("0\r\n")).error, errc::truncated_body);
    EXPECT_NE(
        record_requests(with_host("Content-Length: 9\r\n", "12345678")).message.find("8 of 9"),
        std::string::npos);
}

// ---- limits

TEST(RequestParser, LimitsWhatAPeerMaySend) {
    const parser_limits small{.start_line_bytes_max = 40,
                              .head_bytes_max = 200,
                              .header_count_max = 4,
                              .chunk_extension_bytes_max = 20,
                              .trailer_bytes_max = 30};
    const auto error_of = [&](const std::string& text) {
        return record_requests(text, small).error;
    };
    const auto target = [](std::size_t size) {
        return "GET /" + std::string(size - 14, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n";
    };
    EXPECT_FALSE(error_of(target(40)));
    EXPECT_EQ(error_of(target(41)), errc::start_line_too_long);
    EXPECT_EQ(error_of("GET /" + std::string(100, 'a')), errc::start_line_too_long);

    const auto head = [](std::size_t size) {
        const std::string start = "GET / HTTP/1.1\r\nHost: x\r\nA: ";
        return start + std::string(size - start.size() - 4, 'a') + "\r\n\r\n";
    };
    EXPECT_FALSE(error_of(head(200)));
    EXPECT_EQ(error_of(head(201)), errc::headers_too_large);
    EXPECT_EQ(error_of(head(5000)), errc::headers_too_large);

    EXPECT_FALSE(error_of("GET / HTTP/1.1\r\nHost: x\r\na:\r\nb:\r\nc:\r\n\r\n"));
    EXPECT_EQ(error_of("GET / HTTP/1.1\r\nHost: x\r\na:\r\nb:\r\nc:\r\nd:\r\n\r\n"),
              errc::too_many_headers);

    // A line of 18 bytes is a size; what goes beyond is charged, over all chunks.
    const auto extended = [](std::size_t bytes) {
        return "1;" + std::string(bytes + 14, 'e') + "\r\nx\r\n";
    };
    EXPECT_FALSE(error_of(chunked(extended(10) + extended(10) + "0\r\n\r\n")));
    EXPECT_EQ(error_of(chunked(extended(10) + extended(11) + "0\r\n\r\n")),
              errc::chunk_extensions_too_large);
    EXPECT_EQ(error_of(chunked("1;" + std::string(200, 'e'))), errc::chunk_extensions_too_large);
    EXPECT_EQ(error_of(chunked(std::string(200, '0'))), errc::chunk_extensions_too_large);

    EXPECT_FALSE(error_of(chunked("0\r\nA: 45678901234567890123456\r\n\r\n")));
    EXPECT_EQ(error_of(chunked("0\r\nA: 456789012345678901234567\r\n\r\n")),
              errc::trailers_too_large);
    EXPECT_EQ(error_of(chunked("0\r\n" + std::string(100, 'a'))), errc::trailers_too_large);
}

TEST(RequestParser, LimitsAreThoseOfHeadersAtMost) {
    std::string many = "GET / HTTP/1.1\r\nHost: x\r\n";
    for (int i = 0; i < 999; ++i) many += "a:\r\n";
    EXPECT_FALSE(record_requests(many + "\r\n").error);
    const parser_limits wide{.head_bytes_max = 1 << 30, .header_count_max = 1 << 30};
    EXPECT_EQ(record_requests(many + "a:\r\n\r\n", wide).error, errc::too_many_headers);
    EXPECT_EQ(record_requests("GET / HTTP/1.1\r\nHost: x\r\na: " + std::string(300'000, 'b'), wide)
                  .error,
              errc::headers_too_large);
}

// ---- responses

TEST(ResponseParser, ReadsResponsesOfAllFramings) {
    EXPECT_EQ(record_response("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab").events,
              "head 200 OK 1.1 [length 2] keep Content-Length=2;\nbody ab\ncomplete");
    EXPECT_EQ(record_response("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                              "2\r\nab\r\n1\r\nc\r\n0\r\n\r\n")
                  .events,
              "head 200 OK 1.1 [chunked] keep Transfer-Encoding=chunked;\nbody abc\ncomplete");
    EXPECT_EQ(record_response("HTTP/1.1 200 OK\r\n\r\nabc").events,
              "head 200 OK 1.1 [until close]\nbody abc\nfinished");
    EXPECT_EQ(record_response("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na").events,
              "head 200 OK 1.0 [length 1] Content-Length=1;\nbody a\ncomplete");
}

TEST(ResponseParser, KnowsResponsesWithoutABody) {
    const std::string fields = "Content-Length: 5\r\n\r\nrest";
    for (const char* line : {"HTTP/1.1 204 No Content", "HTTP/1.1 304 Not Modified"}) {
        const std::string text = std::string(line) + "\r\n" + fields;
        const auto said = record_response(text);
        EXPECT_EQ(said.consumed, text.size() - 4) << line;
        EXPECT_NE(said.events.find("[none] keep"), std::string::npos) << said.events;
    }
    const std::string head = "HTTP/1.1 200 OK\r\n" + fields;
    EXPECT_EQ(record_response(head, response_to::head).consumed, head.size() - 4);
    EXPECT_EQ(record_response("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                              response_to::head)
                  .events,
              "head 200 OK 1.1 [none] keep Transfer-Encoding=chunked;\ncomplete");
    EXPECT_EQ(record_response("HTTP/1.1 200 OK\r\n\r\nbytes", response_to::connect).events,
              "head 200 OK 1.1 [none] upgrade\ncomplete");
    EXPECT_EQ(record_response("HTTP/1.1 403 No\r\nContent-Length: 1\r\n\r\nx", response_to::connect)
                  .events,
              "head 403 No 1.1 [length 1] keep Content-Length=1;\nbody x\ncomplete");
}

TEST(ResponseParser, PassesInterimResponses) {
    EXPECT_EQ(record_response("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n"
                              "\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                  .events,
              "interim 100 Continue 1.1 [none] keep\n"
              "interim 103 Early Hints 1.1 [none] keep Link=a;\n"
              "head 200 OK 1.1 [length 0] keep Content-Length=0;\ncomplete");
    EXPECT_EQ(record_response("HTTP/1.1 101 Switching Protocols\r\nUpgrade: w\r\n"
                              "Connection: upgrade\r\n\r\n\x81\x01")
                  .events,
              "head 101 Switching Protocols 1.1 [none] upgrade Upgrade=w; Connection=upgrade;\n"
              "complete");
    std::string flood;
    for (int i = 0; i < 33; ++i) flood += "HTTP/1.1 102 Processing\r\n\r\n";
    EXPECT_EQ(record_response(flood).error, errc::too_many_interim_responses);
    EXPECT_EQ(record_response("HTTP/1.1 100 Continue\r\n\r\n").error, errc::closed_before_message);
}

TEST(ResponseParser, TakesReasonsAsTheyCome) {
    EXPECT_EQ(record_response("HTTP/1.1 204\r\n\r\n").events,
              "head 204  1.1 [none] keep\ncomplete");
    EXPECT_EQ(record_response("HTTP/1.1 204 \r\n\r\n").events,
              "head 204  1.1 [none] keep\ncomplete");
    EXPECT_EQ(record_response("HTTP/1.1 999 Odd : one\r\nContent-Length: 0\r\n\r\n").events,
              "head 999 Odd : one 1.1 [length 0] keep Content-Length=0;\ncomplete");
}

TEST(ResponseParser, RefusesWhatIsNoResponse) {
    const std::vector<refused> table = {
        {"another protocol", "SSH-2.0-OpenSSH_9.2\r\n", errc::invalid_start_line},
        {"a page without a head", "<html></html>", errc::invalid_start_line},
        {"an empty line in front", "\r\n\r\n\r\n", errc::invalid_start_line},
        {"HTTP/2.0", "HTTP/2.0 200 OK\r\n\r\n", errc::unsupported_version},
        {"a code of two digits", "HTTP/1.1 20 OK\r\n\r\n", errc::invalid_start_line},
        {"a code of four digits", "HTTP/1.1 2000 OK\r\n\r\n", errc::invalid_start_line},
        {"a code below 100", "HTTP/1.1 099 OK\r\n\r\n", errc::invalid_start_line},
        {"two blanks", "HTTP/1.1  200 OK\r\n\r\n", errc::invalid_start_line},
        {"a control character in the reason", "HTTP/1.1 200 O\x01K\r\n\r\n",
         errc::invalid_start_line},
        {"two lengths",
         "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
         errc::conflicting_framing},
        {"length and chunks",
         "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
         errc::conflicting_framing},
        {"chunks and length",
         "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n",
         errc::conflicting_framing},
        {"gzip", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
         errc::unsupported_transfer_encoding},
        {"a lone LF", "HTTP/1.1 200 OK\nContent-Length: 1\n\na", errc::bare_line_feed},
        {"a fold", "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n", errc::folded_header},
        {"a blank before the colon", "HTTP/1.1 200 OK\r\nContent-Length : 1\r\n\r\na",
         errc::invalid_header_name},
    };
    for (const refused& each : table) {
        const auto said = record_response(each.text);
        EXPECT_TRUE(said.error) << each.name << " passed as " << said.events;
        if (said.error) {
            EXPECT_EQ(static_cast<int>(*said.error), static_cast<int>(each.code))
                << each.name << ": " << said.message;
        }
    }
}

TEST(ResponseParser, TellsHowAConnectionEnded) {
    EXPECT_EQ(record_response("").error, errc::closed_before_message);
    EXPECT_EQ(record_response("HTTP/1.1 200").error, errc::truncated_head);
    EXPECT_EQ(record_response("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab").error,
              errc::truncated_body);
    EXPECT_EQ(record_response("HTTP/1.1 200 OK\r\n\r\n").events,
              "head 200 OK 1.1 [until close]\nfinished");
}

TEST(ResponseParser, RefusesDataThatNobodyAskedFor) {
    response_parser parser;
    recorder early(parser);
    EXPECT_FALSE(early.feed("HTTP/1.1 408 Too late\r\n\r\n"));
    EXPECT_EQ(early.said().error, errc::unsolicited_response);

    response_parser reused;
    for (int i = 0; i < 3; ++i) {
        reused.expect();
        recorder record(reused);
        EXPECT_TRUE(record.feed("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na"));
        EXPECT_EQ(record.said().events,
                  "head 200 OK 1.1 [length 1] keep Content-Length=1;\nbody a\ncomplete");
        EXPECT_TRUE(reused.idle());
    }
    recorder surplus(reused);
    EXPECT_FALSE(surplus.feed("b"));
    EXPECT_EQ(surplus.said().error, errc::unsolicited_response);
}

}  // namespace
}  // namespace troika::http
