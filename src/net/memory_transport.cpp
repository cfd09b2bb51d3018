// SPDX-License-Identifier: MIT
#include "net/memory_transport.hpp"

#include <troika/base/check.hpp>
#include <troika/loop/event_loop.hpp>
#include <troika/net/memory_pair.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace troika::net {

// ---- one direction

memory_channel::memory_channel(std::size_t capacity)
    : capacity_(capacity), bytes_(std::make_unique_for_overwrite<std::byte[]>(capacity)) {
    check(capacity > 0, "a pipe in memory has room for at least one byte");
}

void memory_channel::submit(io_operation& operation) noexcept {
    place& at = place_of(operation);
    check(at.operation == nullptr, "two operations of one kind on a pipe in memory");
    at = {.operation = &operation};
}

void memory_channel::cancel(const io_operation& operation) noexcept {
    place& at = place_of(operation);
    if (at.operation == &operation) at.cancelled = true;
}

bool memory_channel::finish(place& at, std::int32_t result) noexcept {
    io_operation& operation = *std::exchange(at, {}).operation;
    operation.complete(result);   // may submit the next
    return true;
}

bool memory_channel::step_writer() noexcept {
    if (writer_.operation == nullptr) return false;
    const bool ended = reading_ended_ || writing_ended_;
    if (ended) return finish(writer_, writer_.cancelled ? -ECANCELED : -EPIPE);
    const io_request& request = writer_.operation->request;
    // Up to the end of the ring; the rest comes with the next request.
    const std::size_t end = (begin_ + size_) % capacity_;
    const std::size_t room = std::min(capacity_ - size_, capacity_ - end);
    const std::size_t count = std::min<std::size_t>(room, request.size);
    if (count == 0) return writer_.cancelled && finish(writer_, -ECANCELED);
    std::memcpy(bytes_.get() + end, request.source, count);
    size_ += count;
    return finish(writer_, static_cast<std::int32_t>(count));
}

bool memory_channel::step_reader() noexcept {
    if (reader_.operation == nullptr) return false;
    const io_request& request = reader_.operation->request;
    const bool ended = writing_ended_ || reading_ended_;
    // The end is still there for the next read, so a cancel goes before it.
    if (size_ == 0 && reader_.cancelled) return finish(reader_, -ECANCELED);
    if (size_ == 0 && !ended) return false;
    if (request.op != io_op::recv || reading_ended_) return finish(reader_, 0);
    const std::size_t count = std::min({size_, capacity_ - begin_, std::size_t{request.size}});
    std::memcpy(request.buffer, bytes_.get() + begin_, count);
    begin_ = (begin_ + count) % capacity_;
    size_ -= count;
    return finish(reader_, static_cast<std::int32_t>(count));
}

bool memory_channel::step() noexcept {
    const bool wrote = step_writer();
    const bool read = step_reader();
    return wrote || read;
}

// ---- both

void memory_wire::ring() noexcept {
    if (posted_ != nullptr) return;
    posted_ = shared_from_this();
    home_.post(*this);
}

void memory_wire::run() noexcept {
    const std::shared_ptr<memory_wire> self = std::move(posted_);
    bool moved = false;
    for (memory_channel& channel : channels_) moved |= channel.step();
    // One step a turn, so that two tasks that keep each other busy do not starve the rest.
    if (moved) ring();
}

void memory_transport::submit(io_operation& operation) noexcept {
    channel_of(operation).submit(operation);
    wire_->ring();
}

void memory_transport::cancel(io_operation& operation) noexcept {
    channel_of(operation).cancel(operation);
    wire_->ring();
}

int memory_transport::shut_down(shutdown_how how) noexcept {
    if (how != shutdown_how::read) outgoing().end_writing();
    if (how != shutdown_how::write) incoming().end_reading();
    wire_->ring();
    return 0;
}

std::pair<stream, stream> memory_pair(std::size_t capacity) {
    event_loop& loop = event_loop::current();
    const auto wire = std::make_shared<memory_wire>(loop, capacity);
    return {stream(loop, std::make_unique<memory_transport>(wire, 0)),
            stream(loop, std::make_unique<memory_transport>(wire, 1))};
}

}  // namespace troika::net
