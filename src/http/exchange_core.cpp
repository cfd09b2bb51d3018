// SPDX-License-Identifier: MIT
#include "http/exchange_core.hpp"

#include <troika/base/check.hpp>
#include <troika/net/transport.hpp>

#include "http/client_core.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

namespace troika::http {

namespace {

std::string in_words(duration length) {
    using namespace std::chrono;
    if (length % seconds(1) == duration::zero())
        return std::to_string(duration_cast<seconds>(length).count()) + " s";
    return std::to_string(duration_cast<milliseconds>(length).count()) + " ms";
}

}  // namespace

exchange_core::exchange_core(client_core& client)
    : watchdog(client.loop()), owner(client), parser_(client.options().response_limits) {}

// ---- the request

void exchange_core::prepare(std::string_view method, const url& where) {
    method_ = method;
    where_ = where;
    text_.clear();
    sent_ = 0;
    body_follows_ = busy_ = pinned_ = false;
    lease_.close();
    reusable_ = true;
    answered_ = has_head_ = complete_ = false;
    buffer_.reset();
    begin_ = end_ = 0;
    body_bytes = 0;
    expect_to_wait = true;   // the answer cannot be there before the request
    failure_ = nullptr;
    late_.reset();
    parser_.expect(method == "HEAD" ? response_to::head : response_to::other);
}

void exchange_core::note_sent(std::size_t count) noexcept {
    sent_ += count;
    if (sent_ == text_.size() && !body_follows_)
        expect_first_byte(true);
    else
        note_progress();
}

void exchange_core::end_request() noexcept {
    body_follows_ = false;
    if (!answered_) expect_first_byte(true);
}

// ---- the connection

std::string exchange_core::peer() const {
    return lease_ ? lease_->stream.carrier().peer_name() : std::string();
}

// ---- the answer

parse_step exchange_core::step(std::size_t size_max) {
    const std::size_t size = std::min(end_ - begin_, size_max);
    const parse_step found = parser_.parse({buffer_.data() + begin_, size});
    begin_ += found.consumed;
    if (found.event == parse_event::complete) finish_message(end_ - begin_);
    return found;
}

parse_step exchange_core::step_elsewhere(std::span<const std::byte> input) {
    const parse_step found = parser_.parse(input);
    if (found.event == parse_event::complete) finish_message(input.size() - found.consumed);
    return found;
}

void exchange_core::end_input() {
    reusable_ = false;
    if (parser_.finish()) finish_message(0);
}

void exchange_core::end_input_unsaid() {
    reusable_ = false;
    if (!has_head_ || head_.body.kind != body_kind::until_close) parser_.finish();
}

void exchange_core::require_plain_text() const {
    constexpr std::byte alert{0x15};   // RFC 8446, section 5.1
    if (!buffer_empty() && buffer_.data()[begin_] == alert)
        throw protocol_error(errc::malformed_message, "it answers in TLS; ask by https");
}

void exchange_core::take_head() {
    std::swap(head_, parser_.head());
    has_head_ = true;
    if (!head_.keep_alive) reusable_ = false;
    settle();
}

void exchange_core::settle() {
    if (complete_ || body_left() != 0) return;
    const parse_step last = step(end_ - begin_);
    check(last.event == parse_event::complete, "a message is over that is not complete");
}

// What was received before stays, for its reader; the connection is for the next one already.
void exchange_core::finish_message(std::size_t left_over) noexcept {
    complete_ = true;
    stop();
    // Bytes that nobody asked for would be taken for the next answer.
    if (left_over > 0) reusable_ = false;
    release_connection();
}

void exchange_core::release_connection() noexcept {
    if (pinned_) return;
    // A request that was not sent whole would be taken for the beginning of the next.
    const bool sent_whole = sent_ == text_.size() && !body_follows_;
    if (complete_ && reusable_ && sent_whole && !failure_)
        lease_.give_back();
    else
        lease_.close();
}

void exchange_core::unpin() noexcept {
    pinned_ = false;
    if (complete_ || failure_) release_connection();
}

std::span<std::byte> exchange_core::room(bool for_head) {
    check(begin_ == end_, "there is something to read already");
    begin_ = end_ = 0;
    receive_buffers& all = owner.buffers();
    if (for_head) {
        if (buffer_.size() == 0) buffer_ = all.take_small();
    } else {
        const std::size_t fair = all.fair_size();
        const bool too_small = buffer_.size() < fair && body_left().value_or(fair) > buffer_.size();
        if (too_small || buffer_.size() > fair) {
            buffer_.reset();
            buffer_ = all.take_fair();
        }
    }
    return {buffer_.data(), buffer_.size()};
}

void exchange_core::commit(std::size_t count) noexcept {
    begin_ = 0;
    end_ = count;
    expect_to_wait = count < buffer_.size();
    note_received();
}

void exchange_core::note_received() noexcept {
    if (answered_) return note_progress();
    answered_ = true;
    expect_first_byte(false);
}

std::optional<std::uint64_t> exchange_core::body_left() const noexcept {
    if (head_.body.kind == body_kind::none) return 0;
    if (head_.body.kind != body_kind::length) return std::nullopt;
    return head_.body.length - parser_.body_bytes();
}

bool exchange_core::body_is_plain() const noexcept {
    return head_.body.kind == body_kind::length || head_.body.kind == body_kind::until_close;
}

// ---- failing

std::string exchange_core::subject() const {
    return method_ + " " + where_->without_credentials().text();
}

std::exception_ptr exchange_core::lateness() const {
    const client_phase phase = *late_;
    std::string what = subject();
    if (phase == client_phase::total)
        what += ": not done within the time for all of it, " + in_words(limits().total);
    else if (phase == client_phase::first_byte)
        what += ": no answer within " + in_words(limits().first_byte);
    else
        what += ": nothing moved for " + in_words(limits().stall);
    return std::make_exception_ptr(client_timeout(phase, what));
}

void exchange_core::throw_if_late() const {
    if (late_) std::rethrow_exception(lateness());
}

std::exception_ptr exchange_core::fail(std::exception_ptr error) noexcept {
    try {
        if (late_) error = lateness();
        std::rethrow_exception(error);
    } catch (const protocol_error& wrong) {
        failure_ =
            std::make_exception_ptr(protocol_error(wrong.code(), subject() + ": " + wrong.what()));
    } catch (...) {
        failure_ = std::current_exception();
    }
    close();
    return failure_;
}

void exchange_core::close() noexcept {
    check(in_flight == nullptr, "an exchange is closed while a task reads from it");
    stop();
    if (!pinned_) lease_.close();
}

void exchange_core::time_out(client_phase phase) noexcept {
    late_ = phase;
    if (in_flight != nullptr) carrier().cancel(*in_flight);
}

bool exchange_core::reset() noexcept {
    close();
    buffer_.reset();
    begin_ = end_ = 0;
    failure_ = nullptr;
    redirects = 0;
    // A parser that was left in the middle of a message, or that has thrown, is of no use.
    return complete_ && parser_.idle() && text_.capacity() <= 64 * 1024;
}

}  // namespace troika::http
