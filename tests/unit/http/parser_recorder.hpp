// SPDX-License-Identifier: MIT
#pragma once

#include <troika/http/error.hpp>
#include <troika/http/message_parser.hpp>

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace troika::http::testing {

inline std::string describe(const body_framing& body) {
    switch (body.kind) {
        case body_kind::none:
            return "none";
        case body_kind::length:
            return "length " + std::to_string(body.length);
        case body_kind::chunked:
            return "chunked";
        case body_kind::until_close:
            return "until close";
    }
    return "?";
}

inline std::string describe(const headers& fields) {
    std::string text;
    for (const auto& [name, value] : fields)
        text.append(" ").append(name).append("=").append(value).append(";");
    return text;
}

inline std::string describe(http_version version) {
    return version == http_version::http_1_1 ? "1.1" : "1.0";
}

inline std::string describe(const request_head& head) {
    return head.method + " " + head.target + " " + describe(head.version) + " [" +
           describe(head.body) + "]" + (head.keep_alive ? " keep" : "") +
           (head.expects_continue ? " continue" : "") + (head.upgrade ? " upgrade" : "") +
           describe(head.fields);
}

inline std::string describe(const response_head& head) {
    return std::to_string(head.status) + " " + head.reason + " " + describe(head.version) + " [" +
           describe(head.body) + "]" + (head.keep_alive ? " keep" : "") +
           (head.upgrade ? " upgrade" : "") + describe(head.fields);
}

/// Everything that a parser said, in words that two runs can be compared by. Bytes of one body
/// stand together, however they came.
struct recording {
    std::string events;
    std::optional<errc> error;
    std::string message;
    std::size_t consumed = 0;

    friend bool operator==(const recording& a, const recording& b) {
        return a.events == b.events && a.error == b.error && a.consumed == b.consumed;
    }
};

/// Feeds a parser and writes down what it says; stops after `messages_max` complete messages.
template <class Parser>
class recorder {
public:
    explicit recorder(Parser& parser, int messages_max = 1'000'000)
        : parser_(parser), messages_left_(messages_max) {}

    /// Returns: false once there is nothing more to learn.
    bool feed(std::string_view input) {
        try {
            for (;;) {
                if (messages_left_ == 0) return false;
                const parse_step step = parser_.parse(std::as_bytes(std::span(input)));
                input.remove_prefix(step.consumed);
                // What is in front of an error is consumed in other steps when it is cut otherwise.
                said_.consumed += step.consumed;
                switch (step.event) {
                    case parse_event::need_input:
                        return true;
                    case parse_event::interim:
                        note("interim " + describe(parser_.head()));
                        break;
                    case parse_event::head:
                        note("head " + describe(parser_.head()));
                        break;
                    case parse_event::body:
                        if (!in_body_) note("body ");
                        in_body_ = true;
                        said_.events.append(reinterpret_cast<const char*>(step.body.data()),
                                            step.body.size());
                        break;
                    case parse_event::complete:
                        note("complete" + describe(parser_.trailers()));
                        --messages_left_;
                        break;
                }
            }
        } catch (const protocol_error& error) {
            fail(error);
            return false;
        }
    }

    void finish() {
        try {
            note(parser_.finish() ? "finished" : "closed");
        } catch (const protocol_error& error) {
            fail(error);
        }
    }

    [[nodiscard]] const recording& said() const { return said_; }

private:
    void note(const std::string& what) {
        if (!said_.events.empty()) said_.events += '\n';
        said_.events += what;
        in_body_ = false;
    }
    void fail(const protocol_error& error) {
        said_.error = error.code();
        said_.message = error.what();
        said_.consumed = 0;
    }

    Parser& parser_;
    int messages_left_;
    bool in_body_ = false;
    recording said_;
};

inline recording record_requests(std::string_view input, const parser_limits& limits = {}) {
    request_parser parser(limits);
    recorder record(parser);
    if (record.feed(input)) record.finish();
    return record.said();
}

inline recording record_response(std::string_view input, response_to request = response_to::other,
                                 const parser_limits& limits = {}) {
    response_parser parser(limits);
    parser.expect(request);
    recorder record(parser, 1);
    if (record.feed(input)) record.finish();
    return record.said();
}

}  // namespace troika::http::testing
