// SPDX-License-Identifier: MIT
// However a message is cut into pieces, the parsers say the same.
#include "unit/http/parser_recorder.hpp"

#include <troika/base/random.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace troika::http {
namespace {

using testing::record_requests;
using testing::record_response;
using testing::recorder;
using testing::recording;

const std::vector<std::string> requests = {
    "GET /a/b?c=d HTTP/1.1\r\nHost: example.org:8080\r\nUser-Agent:  x y \t\r\nAccept: */*\r\n\r\n"
    "HEAD / HTTP/1.0\r\n\r\n",
    "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 12\r\nExpect: 100-continue\r\n\r\nhello, world"
    "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    "PUT /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
    "chunked\r\n\r\n5\r\nhello\r\n0007;a=\"b\";c\r\n"
    ", world\r\n0\r\nChecksum: 1\r\nOther:\r\n\r\nGET / HTTP/1.1\r\nHost: y\r\n\r\n",
    "\r\nOPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, close\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: x\r\nCookie: a\r\n b\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: x\nA: b\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: x\r\nA: b\rc\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: x\r\nBad Name: b\r\n\r\n",
    "GET / HTTP/1.1\r\nHost : x\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\rX0\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\nabc\r\n0\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: b\r\n c\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n",
    "GET / HTTP/3.0\r\nHost: x\r\n\r\n",
    "BREW / HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET / HTTP/1.1\r\nA: " + std::string(600, 'a') + "\r\nHost: x\r\n\r\n",
};

const std::vector<std::string> responses = {
    "HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nContent-Length: 10\r\nETag: "
    "\"a-b\"\r\n\r\n0123456789",
    "HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\nHTTP/1.1 404 Not Found\r\n"
    "Transfer-Encoding: "
    "chunked\r\n\r\n1\r\na\r\n1f\r\n0123456789012345678901234567890\r\n0\r\n\r\n",
    "HTTP/1.0 200 OK\r\n\r\neverything up to the end",
    "HTTP/1.1 204\r\n\r\n",
    "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234",
    "HTTP/1.1 200 OK\r\nContent-Length: ten\r\n\r\n0123456789",
    "HTTP/1.1 200 OK\nContent-Length: 1\n\na",
    "ICY 200 OK\r\n\r\n",
};

// The limits are tight, so that the edges of limits are cut as well.
const parser_limits limits{.start_line_bytes_max = 80,
                           .head_bytes_max = 512,
                           .chunk_extension_bytes_max = 4,
                           .trailer_bytes_max = 64};

template <class Feed>
recording record_in_pieces(Feed&& feed_pieces, response_to request, bool is_request) {
    if (is_request) {
        request_parser parser(limits);
        recorder record(parser);
        if (feed_pieces(record)) record.finish();
        return record.said();
    }
    response_parser parser(limits);
    parser.expect(request);
    recorder record(parser, 1);
    if (feed_pieces(record)) record.finish();
    return record.said();
}

void expect_same(const recording& whole, const recording& cut, const std::string& text,
                 const std::string& how) {
    EXPECT_TRUE(whole == cut) << how << " of\n"
                              << ::testing::PrintToString(text) << "\nwhole: " << whole.events
                              << ' ' << whole.message << "\ncut: " << cut.events << ' '
                              << cut.message;
}

void check_all_cuts(const std::string& text, bool is_request) {
    const recording whole = is_request ? record_requests(text, limits)
                                       : record_response(text, response_to::other, limits);
    for (std::size_t at = 0; at <= text.size(); ++at) {
        const auto two_pieces = [&](auto& record) {
            return record.feed(std::string_view(text).substr(0, at)) &&
                   record.feed(std::string_view(text).substr(at));
        };
        expect_same(whole, record_in_pieces(two_pieces, response_to::other, is_request), text,
                    "cut at " + std::to_string(at));
    }
    const auto single_bytes = [&](auto& record) {
        for (const char& c : text)
            if (!record.feed({&c, 1})) return false;
        return true;
    };
    expect_same(whole, record_in_pieces(single_bytes, response_to::other, is_request), text,
                "single bytes");
    random dice(text.size());
    for (int round = 0; round < 200; ++round) {
        const auto random_pieces = [&](auto& record) {
            std::string_view rest = text;
            while (!rest.empty()) {
                // A copy of its own for each piece: the parser must not look at an earlier one.
                const std::string piece(rest.substr(0, dice.below(12)));
                rest.remove_prefix(piece.size());
                if (!record.feed(piece)) return false;
            }
            return true;
        };
        expect_same(whole, record_in_pieces(random_pieces, response_to::other, is_request), text,
                    "round " + std::to_string(round));
    }
}

TEST(MessageSplitting, DoesNotChangeRequests) {
    for (const std::string& text : requests) check_all_cuts(text, true);
}

TEST(MessageSplitting, DoesNotChangeResponses) {
    for (const std::string& text : responses) check_all_cuts(text, false);
}

// Messages that have been damaged at random, mostly beyond repair.
TEST(MessageSplitting, DoesNotChangeDamagedMessages) {
    random dice(7);
    const std::string_view replacements = "\r\n\t :;,0aZ\x01\xff";
    for (int round = 0; round < 3000; ++round) {
        const bool is_request = dice.below(2) == 0;
        const auto& from = is_request ? requests : responses;
        std::string text = from[dice.below(from.size())];
        for (std::uint64_t damages = 1 + dice.below(3); damages > 0; --damages) {
            const std::size_t at = dice.below(text.size());
            if (dice.below(3) == 0)
                text.erase(at, 1 + dice.below(3));
            else
                text[at] = replacements[dice.below(replacements.size())];
            if (text.empty()) text = "x";
        }
        const recording whole = is_request ? record_requests(text, limits)
                                           : record_response(text, response_to::other, limits);
        const auto random_pieces = [&](auto& record) {
            std::string_view rest = text;
            while (!rest.empty()) {
                const std::string piece(rest.substr(0, 1 + dice.below(9)));
                rest.remove_prefix(piece.size());
                if (!record.feed(piece)) return false;
            }
            return true;
        };
        recording cut = record_in_pieces(random_pieces, response_to::other, is_request);
        // Of two faults side by side either may be named.
        if (whole.error && cut.error) cut.error = whole.error;
        expect_same(whole, cut, text, "damaged, round " + std::to_string(round));
    }
}

}  // namespace
}  // namespace troika::http
