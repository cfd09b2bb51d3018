// SPDX-License-Identifier: MIT
#include <troika/net/transfer.hpp>

#include <troika/core/task_owner.hpp>
#include <troika/io/errors.hpp>
#include <troika/io/operation.hpp>

#include "net/stream_core.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace troika::net {

namespace {

// One request's share; more is sent or received in several.
constexpr std::size_t request_size_max = std::size_t{1} << 30;

// What is read exactly and is no larger comes through the read-ahead buffer, so that a protocol of
// small fields costs few system calls.
constexpr std::size_t small_read_max = io::read_ahead::capacity_min;

io_request request_for(io_op op) noexcept {
    io_request request;
    request.op = op;
    return request;
}

}  // namespace

// ---- what all have in common

transfer::transfer(stream_core& core, io_op op) noexcept
    : io_operation(request_for(op)), core_(&core) {}

transfer::transfer(transfer&& other) noexcept
    : suspension(std::move(other)), io_operation(other.request), core_(other.core_) {}

std::string transfer::label() const { return core_->describe(io::name_of(request.op)); }

bool transfer::refused() noexcept {
    if (!core_->closed) [[likely]]
        return false;
    result_ = -EBADF;
    return true;
}

void transfer::start(task_node& node, std::coroutine_handle<> frame) noexcept {
    if (&node.home() == core_->home) [[likely]] {
        start_here(node, frame);
        return;
    }
    const auto on_its_loop = [](void* self, task_node& visitor,
                                std::coroutine_handle<> way) noexcept {
        static_cast<transfer*>(self)->start_here(visitor, way);
    };
    detour_.begin(*core_->home, node, frame, this, on_its_loop, result_);
}

void transfer::start_here(task_node& node, std::coroutine_handle<> frame) noexcept {
    transfer*& place = request.op == io_op::send ? core_->writer : core_->reader;
    check(place == nullptr, request.op == io_op::send ? "two tasks write to one stream at a time"
                                                      : "two tasks read from one stream at a time");
    place = this;
    park(node, frame);
    begin();
}

void transfer::submit(void* buffer, std::size_t size) noexcept {
    request.buffer = buffer;
    request.size = static_cast<std::uint32_t>(std::min(size, request_size_max));
    request.expect_to_wait = core_->expect_to_wait;
    core_->carrier->submit(*this);
}

void transfer::go_on(void* buffer, std::size_t size) noexcept {
    if (abort_asked_)
        finish(-ECANCELED);
    else if (core_->closed)
        finish(-EBADF);
    else
        submit(buffer, size);
}

void transfer::finish(std::int32_t result) noexcept {
    result_ = result;
    (request.op == io_op::send ? core_->writer : core_->reader) = nullptr;
    core_->close_if_idle();
    wake();
}

abort_answer transfer::abort() noexcept {
    abort_asked_ = true;
    core_->carrier->cancel(*this);
    return abort_answer::pending;
}

std::exception_ptr transfer::failure() const {
    return core_->failure(io::name_of(request.op), result_);
}

void transfer::throw_failure() const { std::rethrow_exception(failure()); }

// ---- read_some

read_some_operation::read_some_operation(stream_core& core, std::span<std::byte> into) noexcept
    : transfer(core, io_op::recv), into_(into) {}

bool read_some_operation::await_ready() noexcept {
    check(!into_.empty(), "read_some() needs room for a byte: its 0 means the end");
    if (!core_->ahead.empty()) count_ = core_->ahead.take(into_);
    return count_ > 0 || refused();
}

void read_some_operation::begin() noexcept { submit(into_.data(), into_.size()); }

void read_some_operation::complete(std::int32_t result) noexcept {
    if (result >= 0) {
        count_ = static_cast<std::uint32_t>(result);
        core_->expect_to_wait = count_ < into_.size();
    }
    finish(result);
}

result<std::size_t> read_some_operation::await_resume_result() const noexcept {
    if (failed()) return std::unexpected(failure());
    return count_;
}

// ---- read_exactly

read_exactly_operation::read_exactly_operation(stream_core& core,
                                               std::span<std::byte> into) noexcept
    : transfer(core, io_op::recv), into_(into) {}

bool read_exactly_operation::through_buffer() const noexcept {
    return into_.size() <= small_read_max;
}

bool read_exactly_operation::await_ready() {
    io::read_ahead& ahead = core_->ahead;
    if (through_buffer() && ahead.size() < into_.size()) {
        if (refused()) return true;
        ahead.make_room(into_.size() - ahead.size());
        return false;
    }
    count_ = ahead.take(into_);
    return count_ == into_.size() || refused();
}

void read_exactly_operation::begin() noexcept {
    if (through_buffer())
        submit(core_->ahead.room().data(), core_->ahead.room().size());
    else
        submit(into_.data() + count_, into_.size() - count_);
}

void read_exactly_operation::complete(std::int32_t result) noexcept {
    if (result <= 0) {
        ended_ = result == 0;
        finish(result);
        return;
    }
    const std::size_t got = static_cast<std::uint32_t>(result);
    core_->expect_to_wait = got < request.size;
    io::read_ahead& ahead = core_->ahead;
    if (through_buffer()) {
        ahead.commit(got);
        if (ahead.size() < into_.size()) return go_on(ahead.room().data(), ahead.room().size());
        count_ = ahead.take(into_);
    } else {
        count_ += got;
        if (count_ < into_.size()) return go_on(into_.data() + count_, into_.size() - count_);
    }
    finish(0);
}

void read_exactly_operation::await_resume() {
    if (count_ == into_.size()) return;
    // What came stays in the stream for whoever reads next.
    core_->ahead.put_back(into_.first(count_));
    throw_if_failed();
    check(ended_, "a read of exactly so many bytes stopped early");
    std::string partial(core_->ahead.view());
    core_->ahead.consume(partial.size());
    throw incomplete_read(core_->describe("recv"), std::move(partial));
}

// ---- fill

fill_operation::fill_operation(stream_core& core, std::size_t size_max) noexcept
    : transfer(core, io_op::recv), size_max_(size_max) {}

bool fill_operation::await_ready() {
    io::read_ahead& ahead = core_->ahead;
    if (ahead.size() >= size_max_) throw limit_overrun(core_->describe("recv"), size_max_);
    if (refused()) return true;
    ahead.make_room(1);
    return false;
}

void fill_operation::begin() noexcept {
    const std::span<std::byte> room = core_->ahead.room();
    submit(room.data(), std::min(room.size(), size_max_ - core_->ahead.size()));
}

void fill_operation::complete(std::int32_t result) noexcept {
    if (result >= 0) {
        count_ = static_cast<std::uint32_t>(result);
        core_->expect_to_wait = count_ < request.size;
        core_->ahead.commit(count_);
    }
    finish(result);
}

result<std::size_t> fill_operation::await_resume_result() const noexcept {
    if (failed()) return std::unexpected(failure());
    return count_;
}

// ---- wait_readable

readable_operation::readable_operation(stream_core& core) noexcept
    : transfer(core, io_op::wait_readable) {}

bool readable_operation::await_ready() noexcept { return !core_->ahead.empty() || refused(); }

void readable_operation::begin() noexcept { submit(nullptr, 0); }

void readable_operation::complete(std::int32_t result) noexcept {
    core_->expect_to_wait = false;
    finish(result);
}

result<void> readable_operation::await_resume_result() const noexcept {
    if (failed()) return std::unexpected(failure());
    return {};
}

// ---- write_all

write_operation::write_operation(stream_core& core, std::span<const std::byte> from) noexcept
    : transfer(core, io_op::send), from_(from) {}

bool write_operation::await_ready() noexcept { return from_.empty() || refused(); }

void write_operation::begin() noexcept {
    // A send only reads; the request has one field for both directions.
    submit(const_cast<std::byte*>(from_.data()), from_.size());
}

void write_operation::complete(std::int32_t result) noexcept {
    if (result < 0) return finish(result);
    from_ = from_.subspan(static_cast<std::uint32_t>(result));
    if (from_.empty())
        finish(0);
    else
        go_on(const_cast<std::byte*>(from_.data()), from_.size());
}

result<void> write_operation::await_resume_result() const noexcept {
    if (failed()) return std::unexpected(failure());
    return {};
}

// ---- close_write

close_write_operation::close_write_operation(stream_core& core) noexcept
    : transfer(core, io_op::send) {}

bool close_write_operation::await_ready() noexcept {
    if (refused()) return true;
    if (core_->carrier->sends_end()) return false;
    const int answer = core_->carrier->shut_down(shutdown_how::write);
    if (answer < 0) end_at_once(answer);
    return true;
}

void close_write_operation::begin() noexcept { submit(nullptr, 0); }

void close_write_operation::complete(std::int32_t result) noexcept { finish(result); }

result<void> close_write_operation::await_resume_result() const noexcept {
    if (failed()) return std::unexpected(failure());
    return {};
}

}  // namespace troika::net
