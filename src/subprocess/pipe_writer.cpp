// SPDX-License-Identifier: MIT
#include <troika/subprocess/pipe_writer.hpp>

#include <troika/base/check.hpp>

#include "os/error.hpp"
#include "os/fd.hpp"
#include "subprocess/pipe_core.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace troika::subprocess {

namespace {

// One turn's share: what is copied meanwhile holds the loop.
constexpr std::size_t write_size_max = 256 * 1024;

io_request writable_request(const pipe_core& core) noexcept {
    io_request request;
    request.op = io_op::wait_writable;
    request.descriptor = core.descriptor();
    return request;
}

}  // namespace

pipe_write_operation::pipe_write_operation(pipe_core& core,
                                           std::span<const std::byte> from) noexcept
    : operation(core.loop, writable_request(core)), core_(&core), from_(from) {}

void pipe_write_operation::complete(std::int32_t result) noexcept {
    if (result < 0) return finish(result);
    const auto size = static_cast<unsigned>(std::min(from_.size(), write_size_max));
    const int written = os::write_some(request.descriptor, from_.data(), size);
    if (written < 0 && written != -EAGAIN) return finish(written);
    if (written > 0) from_ = from_.subspan(static_cast<unsigned>(written));
    if (from_.empty()) return finish(0);
    go_on();
}

void pipe_write_operation::await_resume() const {
    os::or_throw(result_unless_cancelled(), "write", core_->name);
}

std::string pipe_write_operation::label() const { return "write " + core_->name; }

pipe_writer::pipe_writer(pipe_core_owner core) noexcept : core_(std::move(core)) {}

pipe_core& pipe_writer::core() const noexcept {
    check(core_ != nullptr, "a pipe that was moved away is used");
    return *core_;
}

void pipe_writer::close() noexcept { core().close(); }

bool pipe_writer::is_open() const noexcept { return core_ != nullptr && core_->descriptor() >= 0; }

}  // namespace troika::subprocess
