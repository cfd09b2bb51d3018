// SPDX-License-Identifier: MIT
#include <troika/subprocess/pipe_reader.hpp>

#include <troika/base/check.hpp>

#include "io/text_reader.hpp"
#include "os/error.hpp"
#include "subprocess/pipe_core.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace troika::subprocess {

namespace {

io_request read_request(const pipe_core& core, std::span<std::byte> into) noexcept {
    io_request request;
    request.op = io_op::read;
    request.descriptor = core.descriptor();
    request.buffer = into.data();
    request.size = static_cast<std::uint32_t>(std::min<std::size_t>(into.size(), INT32_MAX));
    return request;
}

}  // namespace

pipe_read_operation::pipe_read_operation(pipe_core& core, std::span<std::byte> into) noexcept
    : operation(core.loop, read_request(core, into)), core_(&core), into_(into) {}

bool pipe_read_operation::await_ready() noexcept {
    check(!into_.empty(), "read_some() needs room for a byte: its 0 means the end");
    count_ = core_->ahead.take(into_);
    return count_ > 0;
}

std::size_t pipe_read_operation::await_resume() const {
    if (count_ > 0) return count_;
    const std::int32_t count = os::or_throw(result_unless_cancelled(), "read", core_->name);
    return static_cast<std::uint32_t>(count);
}

std::string pipe_read_operation::label() const { return core_->describe_read(); }

pipe_reader::pipe_reader(pipe_core_owner core) noexcept : core_(std::move(core)) {}

pipe_core& pipe_reader::core() const noexcept {
    check(core_ != nullptr, "a pipe that was moved away is used");
    return *core_;
}

[[clang::coro_wrapper]] task<std::string> pipe_reader::read_until(std::string_view delimiter,
                                                                  std::size_t limit) {
    check(!delimiter.empty(), "read_until() needs a delimiter");
    return io::read_until(core(), delimiter, limit);
}

[[clang::coro_wrapper]] task<std::optional<std::string>> pipe_reader::read_line(std::size_t limit) {
    return io::read_line(core(), limit);
}

[[clang::coro_wrapper]] task<std::string> pipe_reader::read_all(std::size_t size_max) {
    return io::read_all(core(), size_max);
}

void pipe_reader::close() noexcept { core().close(); }

bool pipe_reader::is_open() const noexcept { return core_ != nullptr && core_->descriptor() >= 0; }

}  // namespace troika::subprocess
