// SPDX-License-Identifier: MIT
#pragma once

#include <troika/http/message_head.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace troika::http {

/// What a peer may send before it is refused.
struct parser_limits {
    std::size_t start_line_bytes_max = 16 * 1024;
    std::size_t head_bytes_max = headers::bytes_max;   // start line and fields; not more than that
    std::size_t header_count_max = headers::count_max;    // not more than that
    std::size_t chunk_extension_bytes_max = 16 * 1024;    // of all chunks of a message together
    std::size_t trailer_bytes_max = 16 * 1024;
    std::size_t interim_responses_max = 32;               // before one final response
};

enum class parse_event : std::uint8_t {
    need_input,   // all of the input is consumed; more is needed
    interim,      // head() is a 1xx response; the final one is still to come
    head,         // head() is whole
    body,         // `body` holds bytes of the body, in the caller's memory
    complete,     // the message is over; what is not consumed belongs to what follows it
};

/// One step of a parser: what it found, and how much of the input it took for that.
struct parse_step {
    parse_event event = parse_event::need_input;
    std::size_t consumed = 0;
    std::span<const std::byte> body;
};

/// What the parsers of both sides have in common: bytes in, in pieces of any size, events out.
///
/// It reads no socket, copies no body and keeps no input. The parser is as strict as the standard
/// allows, since whatever two readers read differently can smuggle a request past one of them: two
/// lengths, a length and chunks, a folded field, a lone CR or LF, a blank before a colon and any
/// transfer coding but `chunked` are refused.
/// Thread: none of its own.
/// Source: RFC 9112.
class message_parser {
public:
    message_parser(const message_parser&) = delete;
    message_parser& operator=(const message_parser&) = delete;

    /// Takes the next step. Call it again with what it left, until it needs input; after `head`
    /// also with nothing left, for a message may be complete without a body.
    ///
    /// Throws: protocol_error; this parser is of no use then, and neither is the connection.
    [[nodiscard]] parse_step parse(std::span<const std::byte> input);

    /// Tells the parser that the peer sends no more.
    ///
    /// Returns: true where that completes a message (a body without a length), false where none was
    /// begun.
    /// Throws: protocol_error: closed_before_message where a response was expected and nothing of
    /// it came (a connection that had been idle too long: the request may be sent again elsewhere,
    /// if it can be repeated); truncated_head; truncated_body.
    bool finish();

    /// Returns: whether no message has begun, or the last one is complete.
    [[nodiscard]] bool idle() const noexcept;

    /// Returns: the fields after a chunked body, once it is complete. They are not the head's: a
    /// trailer must not change what was decided on the head.
    [[nodiscard]] const headers& trailers() const noexcept { return trailers_; }

    /// Returns: how many bytes of the current or last body have been handed out.
    [[nodiscard]] std::uint64_t body_bytes() const noexcept { return body_bytes_; }

protected:
    enum class side : std::uint8_t { server, client };
    enum class phase : std::uint8_t {
        idle,
        expecting,     // a response that is to come
        head,
        body_end,      // the body is over, or there is none
        length,
        until_close,
        chunked,
    };

    message_parser(side who, const parser_limits& limits);
    ~message_parser();

    void expect_message() noexcept { phase_ = phase::expecting; }

private:
    // The two sides read start lines and decide on bodies in their own ways.
    virtual headers& fields() noexcept = 0;
    virtual void read_start_line(std::string_view line) = 0;
    virtual parse_event end_head() = 0;
    [[nodiscard]] virtual const body_framing& framing() const noexcept = 0;

    [[nodiscard]] parse_step parse_head(std::string_view input);
    [[nodiscard]] parse_step parse_length(std::span<const std::byte> input);
    [[nodiscard]] parse_step parse_chunked(std::string_view input);
    void open_head();
    void close_head(parse_event event);

    // set at construction
    const side side_;
    const parser_limits limits_;
    struct readers;
    const std::unique_ptr<readers> readers_;
    // of the message
    phase phase_ = phase::idle;
    bool start_line_read_ = false;
    std::size_t head_bytes_ = 0;
    std::size_t interim_responses_ = 0;
    std::size_t trailer_bytes_ = 0;
    std::uint64_t body_bytes_ = 0;
    std::uint64_t body_left_ = 0;   // of a body with a length
    bool in_trailers_ = false;
    headers trailers_;
};

/// Reads requests, one after the other, as a server receives them.
///
/// After `complete` the next parse() begins the next request. A server that pipelines stops there,
/// answers, and goes on with what was not consumed; unless head().keep_alive is false.
class request_parser final : public message_parser {
public:
    explicit request_parser(const parser_limits& limits = {});

    /// Returns: the request since its `head`; may be moved from. It is reused for the next request.
    [[nodiscard]] request_head& head() noexcept { return head_; }

private:
    headers& fields() noexcept override { return head_.fields; }
    void read_start_line(std::string_view line) override;
    parse_event end_head() override;
    const body_framing& framing() const noexcept override { return body_; }

    request_head head_;
    body_framing body_;   // its own, for the head may have been moved away
};

/// What was asked, as far as it decides where the answer ends.
enum class response_to : std::uint8_t {
    head,      // HEAD: no body, whatever the fields say
    connect,   // CONNECT: after 2xx the connection is a tunnel
    other,
};

/// Reads responses, as a client receives them.
///
/// Bytes that nobody asked for are an error: they would be taken for the answer to the next
/// request.
class response_parser final : public message_parser {
public:
    explicit response_parser(const parser_limits& limits = {});

    /// Expects the response to a request that is being sent. Requires: idle().
    void expect(response_to request = response_to::other);

    /// Returns: the response since its `head` (or `interim`); may be moved from. It is reused for
    /// the next response.
    [[nodiscard]] response_head& head() noexcept { return head_; }

private:
    headers& fields() noexcept override { return head_.fields; }
    void read_start_line(std::string_view line) override;
    parse_event end_head() override;
    const body_framing& framing() const noexcept override { return body_; }

    response_head head_;
    body_framing body_;
    response_to request_ = response_to::other;
};

}  // namespace troika::http
