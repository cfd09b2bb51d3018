// SPDX-License-Identifier: MIT
#include <troika/http/message_parser.hpp>

#include <troika/base/check.hpp>
#include <troika/http/error.hpp>
#include <troika/http/status.hpp>

#include "http/framing.hpp"
#include "http/line_checker.hpp"
#include "http/llhttp_driver.hpp"
#include "http/start_line.hpp"

#include <algorithm>
#include <string>

namespace troika::http {

namespace {

parser_limits within_bounds(parser_limits limits) {
    limits.head_bytes_max = std::min(limits.head_bytes_max, headers::bytes_max);
    limits.header_count_max = std::min(limits.header_count_max, headers::count_max);
    return limits;
}

std::string_view as_text(std::span<const std::byte> bytes) noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::span<const std::byte> as_bytes(std::string_view text) noexcept {
    return std::as_bytes(std::span(text));
}

}  // namespace

// Two look at the same bytes: one knows HTTP, the other is strict about lines.
struct message_parser::readers {
    explicit readers(const parser_limits& limits)
        : lines(limits.start_line_bytes_max, limits.chunk_extension_bytes_max) {}

    llhttp_driver driver;
    line_checker lines;
};

message_parser::message_parser(side who, const parser_limits& limits)
    : side_(who),
      limits_(within_bounds(limits)),
      readers_(std::make_unique<readers>(limits_)) {}

message_parser::~message_parser() = default;

bool message_parser::idle() const noexcept { return phase_ == phase::idle; }

parse_step message_parser::parse(std::span<const std::byte> input) {
    switch (phase_) {
        case phase::idle:
        case phase::expecting:
            if (input.empty()) return {};
            open_head();
            [[fallthrough]];
        case phase::head:
            return parse_head(as_text(input));
        case phase::body_end:
            phase_ = phase::idle;
            return {parse_event::complete, 0, {}};
        case phase::length:
            return parse_length(input);
        case phase::until_close:
            body_bytes_ += input.size();
            return {input.empty() ? parse_event::need_input : parse_event::body, input.size(),
                    input};
        case phase::chunked:
            return parse_chunked(as_text(input));
    }
    return {};
}

void message_parser::open_head() {
    if (side_ == side::client && phase_ == phase::idle)
        throw protocol_error(errc::unsolicited_response,
                             "the server sends data that was not asked for");
    phase_ = phase::head;
    fields().clear();
    trailers_.clear();
    readers_->driver.begin(side_ == side::server ? HTTP_REQUEST : HTTP_RESPONSE, fields(),
                           limits_.header_count_max);
    readers_->lines.begin_head();
    start_line_read_ = false;
    in_trailers_ = false;
    head_bytes_ = 0;
    trailer_bytes_ = 0;
    body_bytes_ = 0;
}

parse_step message_parser::parse_head(std::string_view input) {
    const std::string_view piece = input.substr(0, limits_.head_bytes_max - head_bytes_);
    const llhttp_driver::outcome found = readers_->driver.run(piece);
    const bool failed = found.why == llhttp_driver::stop::failed;
    // The byte that llhttp stumbled upon is looked at as well: which of the two refuses it must not
    // depend on how the input is cut.
    const std::string_view seen = piece.substr(0, found.consumed + (failed ? 1 : 0));
    const std::size_t checked = readers_->lines.check(seen);
    if (readers_->lines.has_start_line() && !start_line_read_) {
        read_start_line(readers_->lines.start_line());
        start_line_read_ = true;
        readers_->lines.check(seen.substr(checked));
    }
    head_bytes_ += found.consumed;
    if (failed) readers_->driver.raise();
    if (found.why == llhttp_driver::stop::need_input) {
        if (head_bytes_ == limits_.head_bytes_max)
            throw protocol_error(errc::headers_too_large,
                                 "the head of the message is longer than " +
                                     std::to_string(limits_.head_bytes_max) + " bytes");
        return {parse_event::need_input, found.consumed, {}};
    }
    if (found.why != llhttp_driver::stop::head_end || !start_line_read_ ||
        !readers_->lines.after_empty_line())
        throw protocol_error(errc::malformed_message, "the head of the message has no clear end");
    const parse_event event = end_head();
    close_head(event);
    return {event, found.consumed, {}};
}

void message_parser::close_head(parse_event event) {
    if (event == parse_event::interim) {
        if (++interim_responses_ > limits_.interim_responses_max)
            throw protocol_error(errc::too_many_interim_responses,
                                 "the server sends one 1xx response after the other");
        phase_ = phase::expecting;
        return;
    }
    interim_responses_ = 0;
    const body_framing& body = framing();
    switch (body.kind) {
        case body_kind::none:
            phase_ = phase::body_end;
            return;
        case body_kind::length:
            phase_ = body.length == 0 ? phase::body_end : phase::length;
            body_left_ = body.length;
            return;
        case body_kind::until_close:
            phase_ = phase::until_close;
            return;
        case body_kind::chunked:
            if (!readers_->driver.sees_chunks())
                throw protocol_error(errc::conflicting_framing,
                                     "it is not clear whether the body is chunked");
            phase_ = phase::chunked;
            readers_->lines.begin(line_checker::section::chunks);
            return;
    }
}

parse_step message_parser::parse_length(std::span<const std::byte> input) {
    if (input.empty()) return {};
    const auto piece = input.first(static_cast<std::size_t>(
        std::min<std::uint64_t>(input.size(), body_left_)));
    body_bytes_ += piece.size();
    body_left_ -= piece.size();
    if (body_left_ == 0) phase_ = phase::body_end;
    return {parse_event::body, piece.size(), piece};
}

parse_step message_parser::parse_chunked(std::string_view input) {
    using stop = llhttp_driver::stop;
    std::size_t consumed = 0;
    for (;;) {
        std::string_view rest = input.substr(consumed);
        if (in_trailers_) rest = rest.substr(0, limits_.trailer_bytes_max - trailer_bytes_);
        const llhttp_driver::outcome found = readers_->driver.run(rest);
        const bool failed = found.why == stop::failed;
        readers_->lines.check(
            rest.substr(0, found.consumed - found.data.size() + (failed ? 1 : 0)));
        consumed += found.consumed;
        if (in_trailers_) trailer_bytes_ += found.consumed;
        switch (found.why) {
            case stop::need_input:
                if (in_trailers_ && trailer_bytes_ == limits_.trailer_bytes_max)
                    throw protocol_error(errc::trailers_too_large,
                                         "the trailers take more than " +
                                             std::to_string(limits_.trailer_bytes_max) + " bytes");
                return {parse_event::need_input, consumed, {}};
            case stop::chunk_data:
                body_bytes_ += found.data.size();
                if (readers_->driver.chunk_bytes_left() == 0) readers_->lines.expect_empty_line();
                return {parse_event::body, consumed, as_bytes(found.data)};
            case stop::last_chunk:
                in_trailers_ = true;
                readers_->lines.begin(line_checker::section::trailers);
                readers_->driver.redirect_fields(trailers_, limits_.header_count_max);
                continue;
            case stop::message_end:
                if (!readers_->lines.after_empty_line())
                    throw protocol_error(errc::invalid_chunk, "the chunked body has no clear end");
                if (trailers_.contains("Content-Length") || trailers_.contains("Transfer-Encoding"))
                    throw protocol_error(errc::conflicting_framing,
                                         "the trailers of a chunked body tell its length anew");
                phase_ = phase::idle;
                return {parse_event::complete, consumed, {}};
            case stop::head_end:
                throw protocol_error(errc::malformed_message, "a head stands within a body");
            case stop::failed:
                readers_->driver.raise();
        }
    }
}

bool message_parser::finish() {
    switch (phase_) {
        case phase::idle:
            return false;
        case phase::body_end:
        case phase::until_close:
            phase_ = phase::idle;
            return true;
        case phase::head:
            if (!readers_->lines.start_line().empty())
                throw protocol_error(errc::truncated_head,
                                     "the connection ended within the head of the message");
            if (side_ == side::server) return false;
            [[fallthrough]];
        case phase::expecting:
            throw protocol_error(errc::closed_before_message,
                                 "the server closed the connection without an answer");
        case phase::length:
            throw protocol_error(errc::truncated_body,
                                 "the connection ended after " + std::to_string(body_bytes_) +
                                     " of " + std::to_string(body_bytes_ + body_left_) +
                                     " bytes of the body");
        case phase::chunked:
            throw protocol_error(errc::truncated_body,
                                 "the connection ended within a chunked body, after " +
                                     std::to_string(body_bytes_) + " bytes");
    }
    return false;
}

// ---- the server's side

request_parser::request_parser(const parser_limits& limits)
    : message_parser(side::server, limits) {}

void request_parser::read_start_line(std::string_view line) {
    const request_line parsed = parse_request_line(line);
    head_.method = parsed.method;
    head_.target = parsed.target;
    head_.version = parsed.version;
}

parse_event request_parser::end_head() {
    const framing_fields found = read_framing_fields(head_.fields, head_.version);
    if (found.hosts > 1 || (found.hosts == 0 && head_.version == http_version::http_1_1))
        throw protocol_error(errc::missing_host, "a request must have one Host header");
    const bool is_connect = head_.method == "CONNECT";
    if (is_connect && (found.chunked || found.content_length.value_or(0) > 0))
        throw protocol_error(errc::conflicting_framing, "a CONNECT request cannot have a body");
    body_ = {};
    if (found.chunked)
        body_.kind = body_kind::chunked;
    else if (found.content_length)
        body_ = {body_kind::length, *found.content_length};
    head_.body = body_;
    head_.keep_alive = keeps_alive(found, head_.version) && !is_connect;
    head_.expects_continue = found.expects_continue && head_.version == http_version::http_1_1;
    head_.upgrade = found.upgrade || is_connect;
    return parse_event::head;
}

// ---- the client's side

response_parser::response_parser(const parser_limits& limits)
    : message_parser(side::client, limits) {}

void response_parser::expect(response_to request) {
    check(idle(), "a response is expected while another is not complete");
    request_ = request;
    expect_message();
}

void response_parser::read_start_line(std::string_view line) {
    const status_line parsed = parse_status_line(line);
    head_.status = parsed.status;
    head_.reason = parsed.reason;
    head_.version = parsed.version;
}

parse_event response_parser::end_head() {
    const framing_fields found = read_framing_fields(head_.fields, head_.version);
    const int code = head_.status;
    const bool is_tunnel = request_ == response_to::connect && code >= 200 && code < 300;
    head_.upgrade = is_tunnel || code == status::switching_protocols;
    body_ = {};
    if (request_ == response_to::head || is_tunnel || code < 200 || code == status::no_content ||
        code == status::not_modified)
        body_.kind = body_kind::none;
    else if (found.chunked)
        body_.kind = body_kind::chunked;
    else if (found.content_length)
        body_ = {body_kind::length, *found.content_length};
    else
        body_.kind = body_kind::until_close;
    head_.body = body_;
    head_.keep_alive = keeps_alive(found, head_.version) && !head_.upgrade &&
                       body_.kind != body_kind::until_close;
    return is_interim(code) ? parse_event::interim : parse_event::head;
}

}  // namespace troika::http
