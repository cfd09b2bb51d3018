// SPDX-License-Identifier: MIT
#include <troika/http/exchange_operation.hpp>

#include <troika/base/check.hpp>
#include <troika/core/errors.hpp>
#include <troika/core/task_owner.hpp>
#include <troika/http/error.hpp>
#include <troika/http/status.hpp>
#include <troika/net/transport.hpp>
#include <troika/tls/error.hpp>

#include "http/exchange_core.hpp"
#include "http/head_operation.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <system_error>

namespace troika::http {

namespace {

constexpr std::size_t any_size = std::numeric_limits<std::size_t>::max();

// Where the caller has so much room, a plain body is received right there.
constexpr std::size_t direct_size_min = 4096;

constexpr std::size_t request_size_max = std::size_t{1} << 30;

}  // namespace

// ---- what all have in common

exchange_operation::exchange_operation(exchange_core& core) noexcept
    : io_operation(io_request{}), core_(&core) {}

exchange_operation::exchange_operation(exchange_operation&& other) noexcept
    : suspension(std::move(other)),
      io_operation(other.request),
      core_(other.core_),
      error_(std::move(other.error_)) {}

std::string exchange_operation::label() const {
    return (request.op == io_op::send ? "send " : "recv ") + core_->peer();
}

bool exchange_operation::ready_at_once() noexcept {
    try {
        if (core_->failure()) {
            error_ = core_->failure();
            return true;
        }
        if (!core_->complete()) {
            core_->throw_if_late();
            if (!core_->lease()) throw std::logic_error("an exchange is read after its close()");
        }
        return advance();
    } catch (...) {
        error_ = core_->fail(std::current_exception());
        return true;
    }
}

void exchange_operation::start(task_node& node, std::coroutine_handle<> frame) noexcept {
    check(core_->in_flight == nullptr, "two tasks read from one exchange at a time");
    core_->in_flight = this;
    park(node, frame);
    try {
        go_on();
    } catch (...) {
        error_ = std::current_exception();
        give_up();
    }
}

// Nothing is in flight and nothing can be: resumes the task all the same, but not from within
// await_suspend().
void exchange_operation::give_up() noexcept {
    core_->in_flight = nullptr;
    error_ = core_->fail(std::move(error_));
    wake();
}

void exchange_operation::go_on() {
    const std::span<const std::byte> unsent = core_->unsent();
    std::size_t size = unsent.size();
    if (size > 0) {
        request.op = io_op::send;
        request.expect_to_wait = false;
        // A send only reads; the request has one field for both directions.
        request.buffer = const_cast<std::byte*>(unsent.data());
    } else {
        const std::span<std::byte> into = room();
        request.op = io_op::recv;
        request.expect_to_wait = core_->expect_to_wait;
        request.buffer = into.data();
        size = into.size();
    }
    request.size = static_cast<std::uint32_t>(std::min(size, request_size_max));
    core_->carrier().submit(*this);
}

abort_answer exchange_operation::abort() noexcept {
    abort_asked_ = true;
    core_->carrier().cancel(*this);
    return abort_answer::pending;
}

void exchange_operation::complete(std::int32_t result) noexcept {
    try {
        if (!take(result)) {
            if (abort_asked_) throw cancelled{};
            core_->throw_if_late();
            return go_on();
        }
    } catch (const cancelled&) {
        error_ = troika::impl::make_cancelled();   // loses nothing: the exchange may be read again
    } catch (...) {
        core_->in_flight = nullptr;
        error_ = core_->fail(std::current_exception());
    }
    core_->in_flight = nullptr;
    wake();
}

void exchange_operation::throw_failure(std::error_code code) {
    if (code == tls::errc::truncated) {
        // Many servers end without a word. Where the message says itself where it ends, that is an
        // end like any other; a body that only the end of the connection ends may have been cut.
        core_->end_input_unsaid();
        throw protocol_error(errc::truncated_body,
                             "the connection ended before TLS did: the body may be cut");
    }
    throw std::system_error(code, label());
}

// Returns: whether the wait is over.
bool exchange_operation::take(std::int32_t result) {
    if (result == -ECANCELED) {
        if (abort_asked_) throw cancelled{};
        core_->throw_if_late();
    }
    if (result < 0) throw_failure(core_->carrier().error_of(result));
    const auto count = static_cast<std::size_t>(result);
    if (request.op == io_op::send) {
        core_->note_sent(count);
        return false;
    }
    if (count > 0) return received(count);
    core_->end_input();
    return advance();
}

// ---- the head

bool head_operation::advance() {
    for (;;) {
        const parse_step found = core_->step(any_size);
        if (found.event == parse_event::need_input) return false;
        if (found.event == parse_event::interim) {
            if (stop_at_interim_ && core_->parser().head().status == status::continue_) return true;
            continue;
        }
        check(found.event == parse_event::head, "a head comes before its body");
        core_->take_head();
        whole_ = true;
        return true;
    }
}

std::span<std::byte> head_operation::room() { return core_->room(true); }

bool head_operation::received(std::size_t count) {
    const bool first = !core_->answered();
    core_->commit(count);
    if (first) core_->require_plain_text();
    return advance();
}

// ---- read_chunk

bool read_chunk_operation::advance() {
    while (!core_->complete()) {
        const parse_step found = core_->step(any_size);
        if (found.event == parse_event::body) {
            chunk_ = found.body;
            core_->body_bytes += chunk_.size();
            core_->settle();
            return true;
        }
        if (found.event == parse_event::need_input) return false;
    }
    chunk_ = {};
    return true;
}

std::span<std::byte> read_chunk_operation::room() { return core_->room(false); }

bool read_chunk_operation::received(std::size_t count) {
    core_->commit(count);
    return advance();
}

// ---- read_some

read_body_operation::read_body_operation(exchange_core& core, std::span<std::byte> into) noexcept
    : exchange_operation(core), into_(into) {}

bool read_body_operation::await_ready() noexcept {
    check(!into_.empty(), "read_some() needs room for a byte: its 0 means the end");
    return ready_at_once();
}

bool read_body_operation::advance() {
    while (!core_->complete()) {
        // A step yields no more bytes than it is given.
        const parse_step found = core_->step(into_.size());
        if (found.event == parse_event::body) {
            count_ = found.body.size();
            std::memcpy(into_.data(), found.body.data(), count_);
            core_->body_bytes += count_;
            core_->settle();
            return true;
        }
        if (found.event == parse_event::need_input && core_->buffer_empty()) return false;
    }
    return true;
}

std::span<std::byte> read_body_operation::room() {
    direct_ = core_->body_is_plain() && into_.size() >= direct_size_min;
    if (!direct_) return core_->room(false);
    const std::uint64_t left = core_->body_left().value_or(into_.size());
    return into_.first(static_cast<std::size_t>(std::min<std::uint64_t>(left, into_.size())));
}

bool read_body_operation::received(std::size_t count) {
    if (!direct_) {
        core_->commit(count);
        return advance();
    }
    core_->expect_to_wait = count < request.size;
    core_->note_received();
    const parse_step found = core_->step_elsewhere(into_.first(count));
    check(found.event == parse_event::body && found.body.size() == count,
          "a plain body is handed on as it comes");
    count_ = count;
    core_->body_bytes += count;
    core_->settle();
    return true;
}

}  // namespace troika::http
