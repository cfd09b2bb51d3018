// SPDX-License-Identifier: MIT
#include <troika/net/stream.hpp>

#include <troika/loop/event_loop.hpp>

#include "io/text_reader.hpp"
#include "net/stream_core.hpp"

namespace troika::net {

void stream_core_delete::operator()(stream_core* core) const noexcept { delete core; }

stream::stream(std::unique_ptr<transport> carrier)
    : stream(event_loop::current(), std::move(carrier)) {}

stream::stream(event_loop& loop, std::unique_ptr<transport> carrier)
    : core_(new stream_core(loop, std::move(carrier))) {}

stream_core& stream::core() const noexcept {
    check(core_ != nullptr, "a stream that was moved away is used");
    return *core_;
}

[[clang::coro_wrapper]]
task<std::string> stream::read_until(std::string_view delimiter, std::size_t limit) {
    check(!delimiter.empty(), "read_until() needs a delimiter");
    return io::read_until(core(), delimiter, limit);
}

[[clang::coro_wrapper]]
task<std::optional<std::string>> stream::read_line(std::size_t limit) {
    return io::read_line(core(), limit);
}

[[clang::coro_wrapper]]
task<std::string> stream::read_all(std::size_t size_max) { return io::read_all(core(), size_max); }

std::string_view stream::buffered() const noexcept { return core().ahead.view(); }

void stream::consume(std::size_t count) noexcept { core().ahead.consume(count); }

void stream::release_buffer() noexcept {
    if (core().ahead.empty() && core().reader == nullptr) core().ahead.release();
}

void stream::close() noexcept { core().close(); }

bool stream::is_open() const noexcept { return core_ != nullptr && !core_->closed; }

address stream::local_address() const {
    return core().carrier ? core().carrier->local_address() : address();
}

address stream::remote_address() const {
    return core().carrier ? core().carrier->remote_address() : address();
}

transport& stream::carrier() noexcept {
    check(core().carrier != nullptr, "a closed stream has no transport");
    return *core().carrier;
}

const transport& stream::carrier() const noexcept {
    check(core().carrier != nullptr, "a closed stream has no transport");
    return *core().carrier;
}

std::unique_ptr<transport> stream::release_carrier() noexcept {
    stream_core& here = core();
    check(here.carrier != nullptr, "a closed stream has no transport");
    check(here.reader == nullptr && here.writer == nullptr, "a stream is taken apart while in use");
    check(here.ahead.empty(), "a stream is taken apart while it holds bytes");
    here.closed = true;
    return std::move(here.carrier);
}

}  // namespace troika::net
