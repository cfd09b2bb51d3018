// SPDX-License-Identifier: MIT
#include "http/server_connection.hpp"

#include <troika/http/date.hpp>
#include <troika/http/error.hpp>
#include <troika/http/message_writer.hpp>
#include <troika/http/status.hpp>
#include <troika/tasks/sleep.hpp>
#include <troika/tls/server.hpp>

#include "http/alpn.hpp"
#include "os/clock.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <stdexcept>

namespace troika::http {

namespace {

// Pieces of a body up to this size travel with the head, in one packet and one call.
constexpr std::size_t joined_bytes_max = 64 * 1024;
// Of a request body that the handler did not read: less is skipped, for more the connection is
// closed.
constexpr std::uint64_t skipped_bytes_max = 256 * 1024;
// After an error: how much a client may still send before it has read the answer.
constexpr std::uint64_t lingering_bytes_max = 1024 * 1024;
constexpr duration lingering_time_max = std::chrono::seconds(2);

std::span<const std::byte> bytes_of(std::string_view text) noexcept {
    return std::as_bytes(std::span(text.data(), text.size()));
}

time_point now() { return current_task().home().now(); }

}  // namespace

std::string_view server_state::date(time_point at) {
    if (at >= date_valid_until_) {
        const auto wall = os::wall_time();
        const auto second = std::chrono::floor<std::chrono::seconds>(wall);
        date_ = format_date(second);
        date_valid_until_ = at + (second + std::chrono::seconds(1) - wall);
    }
    return date_;
}

void server_state::report(const std::exception_ptr& error) const {
    if (options_.on_error) options_.on_error(error);
}

void server_state::drain() noexcept {
    draining_ = true;
    for (server_connection& each : connections_) each.end_if_idle();
}

server_connection::server_connection(net::stream peer, server_state& shared)
    : shared_(shared), peer_(std::move(peer)), parser_(shared.options().parser), request_(*this),
      answer_(*this) {
    request_.peer_ = peer_.remote_address();
    shared_.add(*this);
}

void server_connection::end_if_idle() noexcept {
    if (idle_) deadline_->cancel();
}

void server_connection::await_progress() noexcept {
    deadline_->set_deadline(deadline_after(now(), shared_.options().stall_time_max));
}

task<void> server_connection::run() {
    std::exception_ptr error;
    int refusal = 0;
    {
        cancel_scope deadline;
        deadline_ = &deadline;
        bool timed_out = false;
        try {
            for (std::uint32_t i = 1; i <= shared_.options().requests_per_connection_max; ++i) {
                const bool more = co_await read_head();
                if (!more) break;
                if (i == shared_.options().requests_per_connection_max) answer_.close_after();
                co_await answer();
                if (!answer_.keep_alive_) break;
                const bool clean = co_await skip_rest_of_body();
                if (!clean) break;
            }
        } catch (const cancelled&) {
            timed_out = true;
        } catch (const protocol_error& malformed) {
            if (!answer_.begun()) refusal = malformed.response_status();
        } catch (const std::system_error&) {
            // The client has gone: its affair.
        } catch (...) {
            error = std::current_exception();
        }
        deadline.leave();
        if (timed_out && !deadline.caught()) throw cancelled{};
        if (timed_out && !idle_ && !answer_.begun()) refusal = status::request_timeout;
    }
    if (error) shared_.report(error);
    cancel_scope last({.deadline = deadline_after(now(), lingering_time_max)});
    deadline_ = &last;
    bool interrupted = false;
    try {
        if (refusal != 0) co_await refuse(refusal);
        co_await peer_.close_write();
        co_await linger();
    } catch (const cancelled&) {
        interrupted = true;
    } catch (const std::system_error&) {
        // Gone, as above.
    }
    last.leave();
    if (interrupted && !last.caught()) throw cancelled{};
}

// A connection that is closed with unread bytes is reset, and the client may lose the answer with
// it: what it still sends is read and dropped for a while.
task<void> server_connection::linger() {
    std::array<std::byte, 4096> dropped;
    std::uint64_t total = peer_.buffered().size();
    peer_.consume(peer_.buffered().size());
    while (total < lingering_bytes_max) {
        const std::size_t n = co_await peer_.read_some(dropped);
        if (n == 0) break;
        total += n;
    }
}

task<bool> server_connection::read_head() {
    const server_options& options = shared_.options();
    answer_.state_ = responder::state::idle;
    idle_ = peer_.buffered().empty();
    if (idle_ && shared_.draining()) co_return false;
    deadline_->set_deadline(
        deadline_after(now(), idle_ ? options.idle_time_max : options.head_time_max));
    for (;;) {
        const parse_step step = parser_.parse(bytes_of(peer_.buffered()));
        peer_.consume(step.consumed);
        if (step.event == parse_event::head) break;
        if (!peer_.buffered().empty()) continue;
        if (idle_) peer_.release_buffer();
        const std::size_t n = co_await peer_.fill();
        if (n == 0) {
            parser_.finish();
            co_return false;
        }
        if (idle_) {
            idle_ = false;
            deadline_->set_deadline(deadline_after(now(), options.head_time_max));
        }
    }
    std::swap(request_.head_, parser_.head());
    const request_head& head = request_.head_;
    answer_.fields.clear();
    answer_.head_only_ = head.method == "HEAD";
    answer_.keep_alive_ = head.keep_alive && !shared_.draining();
    answer_.old_client_ = head.version == http_version::http_1_0;
    answer_.sent_ = 0;
    continue_owed_ = head.expects_continue;
    body_over_ = head.body.kind == body_kind::none;
    if (body_over_) {
        // The parser says so too; that step belongs to this message.
        const parse_step end = parser_.parse({});
        check(end.event == parse_event::complete, "a message without a body is complete");
    }
    co_return true;
}

task<void> server_connection::answer() {
    deadline_->set_deadline(never);
    std::exception_ptr error;
    int refusal = 0;
    if (request_.head_.body.kind == body_kind::length &&
        request_.head_.body.length > shared_.options().body_bytes_max) {
        refusal = status::content_too_large;
    } else {
        try {
            co_await shared_.handler().handle(request_, answer_);
        } catch (const protocol_error& malformed) {
            refusal = malformed.response_status();
        } catch (const std::exception&) {
            error = std::current_exception();
            refusal = status::internal_server_error;
        }
    }
    if (error) shared_.report(error);
    if (refusal != 0) {
        answer_.keep_alive_ = false;
        // Half an answer cannot be taken back; that the connection ends says that it is not whole.
        if (!answer_.begun()) co_await refuse(refusal);
    } else {
        if (!answer_.begun()) {
            shared_.report(std::make_exception_ptr(
                std::logic_error("a handler returned without answering the request")));
            co_await refuse(status::internal_server_error);
        }
        co_await answer_.finish();
    }
    shared_.handler().answered({request_, answer_.status_, answer_.sent_});
}

task<void> server_connection::refuse(int status) {
    answer_.fields.clear();
    answer_.keep_alive_ = false;
    answer_.fields.add("Content-Type", "text/plain; charset=utf-8");
    const std::string text =
        std::to_string(status) + " " + std::string(reason_phrase(status)) + "\n";
    co_await answer_.send(status, text);
}

task<bool> server_connection::skip_rest_of_body() {
    if (body_over_) co_return true;
    // A client that still waits for 100 Continue has sent nothing, and may or may not do so now.
    if (continue_owed_) co_return false;
    std::array<std::byte, 4096> dropped;
    std::uint64_t total = 0;
    while (total <= skipped_bytes_max) {
        const std::size_t n = co_await request_.read_some(dropped);
        if (n == 0) co_return true;
        total += n;
    }
    co_return false;
}

// ---- sending

task<void> server_connection::send_limited(std::string_view bytes) {
    const std::uint64_t rate = shared_.options().rate_max;
    // Slices of a twentieth of a second: smooth, and few.
    const std::size_t slice = static_cast<std::size_t>(std::max<std::uint64_t>(1, rate / 20));
    while (!bytes.empty()) {
        if (pause_until_ > now()) co_await sleep_until(pause_until_);
        const std::string_view piece = bytes.substr(0, slice);
        await_progress();
        co_await peer_.write_all(piece);
        bytes.remove_prefix(piece.size());
        pause_until_ = std::max(pause_until_, now()) +
                       std::chrono::nanoseconds(
                           static_cast<std::int64_t>(piece.size() * 1'000'000'000 / rate));
    }
}

task<void> server_connection::flush() {
    if (out_.empty()) co_return;
    await_progress();
    if (shared_.options().rate_max != 0)
        co_await send_limited(out_);
    else
        co_await peer_.write_all(std::string_view(out_));
    out_.clear();
    deadline_->set_deadline(never);
}

void responder::put_head(int status, std::optional<std::uint64_t> length) {
    check(state_ == state::idle, "a request is answered once");
    status_ = status;
    left_ = length;
    const bool bodiless = status == status::no_content || status == status::not_modified;
    chunked_ = !length && !bodiless && !old_client_;
    // Without a length and without chunks, only the end of the connection ends the body.
    if (!length && !bodiless && old_client_) keep_alive_ = false;
    fields.set("Date", connection_.shared_.date(now()));
    if (length && !bodiless) fields.set("Content-Length", std::to_string(*length));
    if (chunked_) fields.set("Transfer-Encoding", "chunked");
    if (!keep_alive_)
        fields.set("Connection", "close");
    else if (old_client_)
        fields.set("Connection", "keep-alive");
    append_response_head(connection_.out_, status, fields);
}

task<void> responder::send(int status, std::string_view body) {
    put_head(status, body.size());
    state_ = state::finished;
    if (!head_only_) {
        sent_ = body.size();
        if (body.size() <= joined_bytes_max) {
            connection_.out_ += body;
        } else {
            co_await connection_.flush();
            connection_.await_progress();
            if (connection_.shared_.options().rate_max != 0)
                co_await connection_.send_limited(body);
            else
                co_await connection_.peer_.write_all(body);
        }
    }
    co_await connection_.flush();
}

void responder::begin(int status, std::optional<std::uint64_t> length) {
    put_head(status, length);
    state_ = state::body;
}

task<void> responder::write(std::span<const std::byte> piece) {
    check(state_ == state::body, "write() belongs between begin() and finish()");
    if (left_) {
        if (piece.size() > *left_)
            throw std::length_error("a response body is longer than its Content-Length");
        *left_ -= piece.size();
    }
    if (head_only_ || piece.empty()) co_return;
    sent_ += piece.size();
    const std::string_view text(reinterpret_cast<const char*>(piece.data()), piece.size());
    std::string& out = connection_.out_;
    if (chunked_) append_chunk_begin(out, piece.size());
    if (piece.size() <= joined_bytes_max || connection_.shared_.options().rate_max != 0) {
        out += text;
        if (chunked_) out += chunk_end;
        co_await connection_.flush();
        co_return;
    }
    co_await connection_.flush();
    connection_.await_progress();
    co_await connection_.peer_.write_all(piece);
    if (chunked_) out += chunk_end;
}

task<void> responder::finish() {
    if (state_ == state::finished) co_return;
    check(state_ == state::body, "finish() belongs behind begin()");
    state_ = state::finished;
    if (left_ && *left_ != 0 && !head_only_) {
        // The client waits for bytes that will not come: it learns so by the end of the connection.
        keep_alive_ = false;
        connection_.shared_.report(std::make_exception_ptr(
            std::length_error("a response body is shorter than its Content-Length")));
    }
    if (chunked_ && !head_only_) append_last_chunk(connection_.out_);
    co_await connection_.flush();
}

// ---- the request

std::string_view server_request::path() const noexcept {
    const std::string_view all = head_.target;
    return all.substr(0, all.find('?'));
}

std::optional<std::string_view> server_request::query() const noexcept {
    const std::string_view all = head_.target;
    const std::size_t mark = all.find('?');
    if (mark == std::string_view::npos) return std::nullopt;
    return all.substr(mark + 1);
}

task<std::size_t> server_request::read_some(std::span<std::byte> into) {
    server_connection& c = connection_;
    if (c.body_over_) co_return 0;
    if (c.continue_owed_) {
        c.continue_owed_ = false;
        append_response_head(c.out_, status::continue_, {});
        co_await c.flush();
    }
    for (;;) {
        // No more than fits is shown to the parser, so that no byte of the body has to be kept.
        const std::string_view shown = c.peer_.buffered().substr(0, into.size());
        const parse_step step = c.parser_.parse(bytes_of(shown));
        const std::size_t size = step.body.size();
        std::copy(step.body.begin(), step.body.end(), into.begin());
        c.peer_.consume(step.consumed);
        if (step.event == parse_event::complete) {
            c.body_over_ = true;
            co_return 0;
        }
        if (size != 0) {
            if (c.parser_.body_bytes() > c.shared_.options().body_bytes_max)
                throw protocol_error(errc::body_too_large, "the request's body is too large");
            co_return size;
        }
        if (!c.peer_.buffered().empty()) continue;
        c.await_progress();
        const std::size_t n = co_await c.peer_.fill();
        c.deadline_->set_deadline(never);
        if (n == 0) c.parser_.finish();   // throws: the body is not whole
    }
}

task<std::string> server_request::read_all() {
    std::string all;
    std::array<std::byte, 16 * 1024> piece;
    for (;;) {
        const std::size_t n = co_await read_some(piece);
        if (n == 0) co_return all;
        all.append(reinterpret_cast<const char*>(piece.data()), n);
    }
}

// ---- the server

namespace {
task<void> serve_connection(net::stream peer, server_state& shared) {
    server_connection connection(std::move(peer), shared);
    co_await connection.run();
}
}  // namespace

task<net::server> serve(net::endpoint at, std::unique_ptr<request_handler> handler,
                        server_options options) {
    if (const auto* context = dynamic_cast<const tls::server_context*>(options.tls))
        require_http_1(context->options().protocols);
    net::server_options transport;
    transport.tls = options.tls;
    transport.connections_max = options.connections_max;
    transport.backlog = options.backlog;
    transport.drain_timeout = options.drain_timeout;
    transport.on_error = options.on_error;
    auto shared = std::make_shared<server_state>(std::move(handler), options);
    transport.on_drain = {[](void* state) noexcept { static_cast<server_state*>(state)->drain(); },
                          shared.get()};
    // The callable lives until the last connection has ended, and the state with it.
    auto serve_one = [shared] [[clang::coro_wrapper]] (net::stream peer) {
        return serve_connection(std::move(peer), *shared);
    };
    net::server running = co_await net::start_server(at, std::move(serve_one), transport);
    co_return running;
}

}  // namespace troika::http
