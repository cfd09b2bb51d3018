// SPDX-License-Identifier: MIT
#include "subprocess/pipe_core.hpp"

#include "os/error.hpp"

#include <algorithm>
#include <cstdint>
#include <span>

namespace troika::subprocess {

namespace {

io_request fill_request(pipe_core& core, std::size_t size_max) {
    core.ahead.make_room(1);
    const std::span<std::byte> room = core.ahead.room();
    const std::size_t size = std::min(room.size(), size_max - core.ahead.size());
    io_request request;
    request.op = io_op::read;
    request.descriptor = core.descriptor();
    request.buffer = room.data();
    request.size = static_cast<std::uint32_t>(std::min<std::size_t>(size, INT32_MAX));
    return request;
}

}  // namespace

void pipe_core_delete::operator()(pipe_core* core) const noexcept { delete core; }

void pipe_core::close() noexcept {
    if (!end_) return;
    // The poller keeps nothing that matters about a pipe on which nothing is in flight, so any
    // thread may close it.
    if (loop.is_current())
        loop.door().close(end_.release());
    else
        end_.reset();
}

pipe_fill_operation::pipe_fill_operation(pipe_core& core, std::size_t size_max)
    : operation(core.loop, fill_request(core, size_max)), core_(&core) {}

std::size_t pipe_fill_operation::await_resume() const {
    const std::int32_t count = os::or_throw(result_unless_cancelled(), "read", core_->name);
    core_->ahead.commit(static_cast<std::uint32_t>(count));
    return static_cast<std::uint32_t>(count);
}

std::string pipe_fill_operation::label() const { return core_->describe_read(); }

}  // namespace troika::subprocess
