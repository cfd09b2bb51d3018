// SPDX-License-Identifier: MIT
#include "tls/tls_transport.hpp"

#include <troika/base/check.hpp>
#include <troika/core/cancel_scope.hpp>
#include <troika/core/errors.hpp>
#include <troika/core/task_owner.hpp>
#include <troika/net/stream.hpp>

#include <algorithm>
#include <cerrno>
#include <new>
#include <utility>

namespace troika::tls {

namespace {

// Results below that of any errno are this layer's own: errc under it.
constexpr std::int32_t own_errors = -0x10000;

// Output buffers that have grown larger are not kept.
constexpr std::size_t kept_output_max = 16 * 1024;

// The last words of a connection whose owner has gone: sent if the peer takes them in time.
task<void> farewell(net::stream plain, std::vector<std::byte> words, duration time_max) {
    cancel_scope patience({.deadline = deadline_after(current_task().home().now(), time_max)});
    try {
        co_await plain.write_all(words);
    } catch (const cancelled&) {
        patience.leave();
        if (!patience.caught()) throw;
    } catch (const std::system_error&) {
        // The peer has gone first.
        plain.close();
    }
}

}  // namespace

// ---- handshake_operation

void handshake_operation::start() noexcept { of_->begin_handshake(*this); }

abort_answer handshake_operation::abort() noexcept {
    of_->abort_handshake();
    return abort_answer::pending;
}

std::string handshake_operation::label() const { return "TLS handshake " + of_->peer_name(); }

void handshake_operation::await_resume() const {
    if (result_ >= 0) return;
    if (result_ == -ECANCELED) throw cancelled{};
    const engine& how = of_->how();
    std::string subject = of_->peer_name();
    if (!how.host().empty()) subject = how.host() + (subject.empty() ? "" : " (" + subject + ")");
    if (result_ > own_errors)
        throw std::system_error(of_->error_of(result_), "TLS handshake with " + subject);
    throw error(how.failure().code, subject + ": " + how.failure().detail);
}

// ---- below_operation

tls_transport::below_operation::below_operation(tls_transport& owner, io_op op) noexcept
    : io_operation(io_request{}), owner_(owner) {
    request.op = op;
}

void tls_transport::below_operation::complete(std::int32_t result) noexcept {
    in_flight_ = false;
    if (request.op == io_op::recv)
        owner_.received(result);
    else
        owner_.sent(result);
}

// ---- tls_transport

tls_transport::tls_transport(event_loop& home, std::unique_ptr<net::transport> below,
                             std::unique_ptr<engine> how, std::shared_ptr<const void> keeps,
                             duration farewell_max)
    : home_(home),
      keeps_(std::move(keeps)),
      buffers_(home.service<record_buffers>()),
      farewell_max_(farewell_max),
      below_(std::move(below)),
      engine_(std::move(how)),
      receiver_(*this, io_op::recv),
      sender_(*this, io_op::send) {
    buffers_.add_connection();
}

tls_transport::~tls_transport() {
    check(!receiver_.in_flight() && !sender_.in_flight() && !ringing_,
          "a secure connection is destroyed while it is in use");
    buffers_.remove_connection();
    // After the loop there is nobody left who could send.
    if (!engine_->secure() || send_error_ < 0 || !home_.is_current()) return;
    try {
        say_farewell();
    } catch (const std::bad_alloc&) {
        // A peer that is not told sees the end of the connection all the same.
        below_.reset();
    }
}

void tls_transport::say_farewell() {
    if (engine_->end_output() == step_result::failed) return;
    std::vector<std::byte> words(sending_.begin() + static_cast<std::ptrdiff_t>(sent_),
                                 sending_.end());
    const std::vector<std::byte>& last = engine_->output();
    words.insert(words.end(), last.begin(), last.end());
    if (words.empty()) return;
    net::stream plain(home_, std::move(below_));
    home_.roots().start_forgotten(farewell(std::move(plain), std::move(words), farewell_max_),
                                  {.name = "TLS farewell"});
}

void tls_transport::start_with(std::string received) {
    early_ = std::move(received);
    engine_->set_input(std::as_bytes(std::span(early_)));
}

std::error_code tls_transport::error_of(std::int32_t result) const noexcept {
    if (result > own_errors) return below_->error_of(result);
    return make_error_code(static_cast<errc>(own_errors - result));
}

std::int32_t tls_transport::failure_result() const noexcept {
    return own_errors - static_cast<std::int32_t>(engine_->failure().code);
}

int tls_transport::shut_down(shutdown_how how) noexcept {
    // Where half a record may be out, or nothing is secure, there is no end that could be said.
    const bool abrupt = how != shutdown_how::both || handshake_ != nullptr || writing_ != nullptr;
    if (abrupt) return below_->shut_down(how);
    closing_ = true;
    if (receiver_.in_flight()) below_->cancel(receiver_);
    return 0;
}

// ---- what is asked for

void tls_transport::begin_handshake(handshake_operation& waiter) noexcept {
    handshake_ = &waiter;
    ring();
}

void tls_transport::abort_handshake() noexcept {
    aborted_ = true;
    if (receiver_.in_flight()) below_->cancel(receiver_);
    if (sender_.in_flight()) below_->cancel(sender_);
}

void tls_transport::submit(io_operation& operation) noexcept {
    if (operation.request.op == io_op::send)
        begin_write(operation);
    else
        begin_read(operation);
}

void tls_transport::begin_read(io_operation& operation) noexcept {
    check(reading_ == nullptr, "two reads of one secure connection at a time");
    reading_ = &operation;
    read_cancelled_ = false;
    flush();   // the end of a handshake may not have left yet
    if (engine_->starved() && receive_error_ == 0)
        receive();
    else
        ring();
}

void tls_transport::begin_write(io_operation& operation) noexcept {
    check(writing_ == nullptr, "two writes to one secure connection at a time");
    writing_ = &operation;
    write_cancelled_ = false;
    ends_write_ = operation.request.size == 0;
    write_count_ = 0;
    if (send_error_ == 0) {
        step_result encrypted = step_result::done;
        if (ends_write_) {
            encrypted = engine_->end_output();
        } else {
            const std::size_t size =
                std::min<std::size_t>(operation.request.size, engine::write_size_max);
            encrypted =
                engine_->write({static_cast<const std::byte*>(operation.request.source), size});
            write_count_ = static_cast<std::int32_t>(size);
        }
        if (encrypted == step_result::failed) send_error_ = failure_result();
    }
    flush();
    if (!sender_.in_flight()) ring();   // nothing to send: told in a later turn
}

void tls_transport::cancel(io_operation& operation) noexcept {
    if (&operation == writing_) {
        write_cancelled_ = true;
        if (sender_.in_flight()) below_->cancel(sender_);
    } else if (&operation == reading_) {
        read_cancelled_ = true;
        if (receiver_.in_flight()) below_->cancel(receiver_);
    }
}

// ---- the layer below

void tls_transport::receive() noexcept {
    if (receiver_.in_flight()) return;
    try {
        if (input_.empty()) input_ = buffers_.take();
    } catch (const std::bad_alloc&) {
        receive_error_ = -ENOMEM;
        return ring();
    }
    early_ = {};
    const std::span<std::byte> room = input_.bytes();
    receiver_.request.buffer = room.data();
    receiver_.request.size = static_cast<std::uint32_t>(room.size());
    receiver_.request.expect_to_wait = expect_to_wait_;
    receiver_.in_flight_ = true;
    below_->submit(receiver_);
}

void tls_transport::received(std::int32_t result) noexcept {
    if (result > 0) {
        const auto count = static_cast<std::size_t>(result);
        engine_->set_input(input_.bytes().first(count));
        expect_to_wait_ = count < input_.bytes().size();
    } else if (result == 0) {
        engine_->end_input();
    } else if (result != -ECANCELED) {
        receive_error_ = result;
    }
    step();
}

// Sends what the engine has put out, if nothing is being sent.
void tls_transport::flush() noexcept {
    if (sender_.in_flight() || send_error_ < 0) return;
    if (sent_ == sending_.size()) {
        if (engine_->output().empty()) return;
        sending_.clear();
        sent_ = 0;
        std::swap(sending_, engine_->output());
        if (engine_->output().capacity() > kept_output_max) engine_->output() = {};
    }
    sender_.request.source = sending_.data() + sent_;
    sender_.request.size = static_cast<std::uint32_t>(sending_.size() - sent_);
    sender_.in_flight_ = true;
    below_->submit(sender_);
}

void tls_transport::sent(std::int32_t result) noexcept {
    if (result > 0)
        sent_ += static_cast<std::size_t>(result);
    else if (result != -ECANCELED)
        send_error_ = result < 0 ? result : -EIO;
    // A read that is done has asked for quiet; a write that came meanwhile goes on all the same.
    if (read_result_ && writing_ != nullptr) ring();
    const bool wanted = writing_ != nullptr ? !write_cancelled_ : !read_result_ && !aborted_;
    if (wanted) flush();
    if (sender_.in_flight()) return;
    if (writing_ == nullptr) return step();
    conclude_write();
}

// ---- steps

// Has step() called in a later turn: nothing completes from within submit().
void tls_transport::ring() noexcept {
    if (std::exchange(ringing_, true)) return;
    home_.post(static_cast<posted&>(*this));
}

void tls_transport::run() noexcept {
    ringing_ = false;
    if (writing_ != nullptr && !sender_.in_flight()) {
        if (reading_ != nullptr && !receiver_.in_flight()) ring();   // one completion a call
        return conclude_write();
    }
    step();
}

void tls_transport::step() noexcept {
    if (handshake_ != nullptr) return step_handshake();
    if (reading_ == nullptr || receiver_.in_flight()) return;
    if (read_result_) return end_read(*read_result_);
    step_read();
}

void tls_transport::step_handshake() noexcept {
    if (receiver_.in_flight()) return;
    if (aborted_ || receive_error_ < 0 || send_error_ < 0) {
        if (sender_.in_flight()) return below_->cancel(sender_);
        // That the peer could not be told of a failure is not the failure.
        if (engine_->failed()) return end_handshake(failure_result());
        if (aborted_) return end_handshake(-ECANCELED);
        return end_handshake(receive_error_ < 0 ? receive_error_ : send_error_);
    }
    const step_result answer = engine_->handshake();
    switch (answer) {
        case step_result::want_input:
            flush();
            return receive();
        case step_result::failed:
            flush();   // tells the peer why
            if (sender_.in_flight()) return;
            return end_handshake(failure_result());
        case step_result::done:
        case step_result::ended: break;
    }
    // The peer waits for the end of ours. (Sessions that a server offers could wait.)
    flush();
    if (sender_.in_flight()) return;
    if (!engine_->has_input()) input_.reset();
    end_handshake(0);
}

void tls_transport::step_read() noexcept {
    if (closing_) return end_read(0);
    if (receive_error_ < 0) return end_read(receive_error_);
    const io_request& wanted = reading_->request;
    step_result answer = step_result::want_input;
    std::size_t count = 0;
    if (wanted.op == io_op::recv)
        answer = engine_->read({static_cast<std::byte*>(wanted.buffer), wanted.size}, count);
    else
        answer = engine_->look();
    if (!engine_->has_input()) input_.reset();
    const bool flooded = engine_->output().size() > engine::unasked_output_max;
    if (writing_ == nullptr) flush();   // new keys that the peer has asked for
    switch (answer) {
        case step_result::want_input:
            if (read_cancelled_) return end_read(-ECANCELED);
            if (flooded) return end_read(own_errors - static_cast<int>(errc::protocol_violated));
            return receive();
        case step_result::done: return end_read(static_cast<std::int32_t>(count));
        case step_result::ended: return end_read(0);
        case step_result::failed:
            // That bytes wait is no failure of theirs: who reads them hears of it.
            return end_read(wanted.op == io_op::recv ? failure_result() : 0);
    }
}

// ---- ends: each may destroy this object

void tls_transport::end_handshake(std::int32_t result) noexcept {
    std::exchange(handshake_, nullptr)->end(result);
}

void tls_transport::end_read(std::int32_t result) noexcept {
    // A send that nobody waits for must not outlast the read that it came with.
    if (writing_ == nullptr && sender_.in_flight()) {
        read_result_ = result;
        return below_->cancel(sender_);
    }
    read_result_.reset();
    std::exchange(reading_, nullptr)->complete(result);
}

// Ends a write of which nothing is being sent any more.
void tls_transport::conclude_write() noexcept {
    if (send_error_ < 0) return end_write(send_error_);
    if (sent_ < sending_.size()) {
        // Cancelled on the way: half a record is out, and nothing sensible can follow it.
        send_error_ = -EPIPE;
        return end_write(-ECANCELED);
    }
    if (ends_write_) return end_write(std::min(below_->shut_down(shutdown_how::write), 0));
    end_write(write_count_);
}

void tls_transport::end_write(std::int32_t result) noexcept {
    std::exchange(writing_, nullptr)->complete(result);
}

}  // namespace troika::tls
