// SPDX-License-Identifier: MIT
#include <troika/net/stream.hpp>

#include <troika/io/errors.hpp>
#include <troika/loop/event_loop.hpp>

#include "net/stream_core.hpp"


namespace troika::net {

namespace {

// Coroutines of the core, not of the stream: the stream may move while they wait.

// Returns: the number of bytes up to the end of `delimiter`; 0 when the peer finishes before.
task<std::size_t> find_end(stream_core& core, std::string_view delimiter, std::size_t limit) {
    std::size_t searched = 0;
    for (;;) {
        const std::string_view ahead = core.ahead.view();
        const std::size_t at = ahead.find(delimiter, searched);
        const std::size_t end = at == ahead.npos ? ahead.size() : at + delimiter.size();
        if (end > limit || (at == ahead.npos && end == limit))
            throw limit_overrun(core.describe("recv"), limit);
        if (at != ahead.npos) co_return end;
        if (ahead.size() >= delimiter.size()) searched = ahead.size() - delimiter.size() + 1;
        const std::size_t got = co_await fill_operation(core, limit);
        if (got == 0) co_return got;
    }
}

std::string take(read_ahead& ahead, std::size_t count) {
    std::string text(ahead.view().substr(0, count));
    ahead.consume(count);
    return text;
}

task<std::string> read_until_of(stream_core& core, std::string_view delimiter, std::size_t limit) {
    const std::size_t end = co_await find_end(core, delimiter, limit);
    if (end == 0)
        throw incomplete_read(core.describe("recv"), take(core.ahead, core.ahead.size()));
    co_return take(core.ahead, end);
}

task<std::optional<std::string>> read_line_of(stream_core& core, std::size_t limit) {
    const std::size_t end = co_await find_end(core, "\n", limit);
    if (end == 0 && core.ahead.empty()) co_return std::nullopt;
    std::string line = take(core.ahead, end == 0 ? core.ahead.size() : end);
    if (line.ends_with('\n')) line.pop_back();
    if (end != 0 && line.ends_with('\r')) line.pop_back();
    co_return line;
}

task<std::string> read_all_of(stream_core& core, std::size_t size_max) {
    for (;;) {
        // One byte more than is allowed tells too much from just enough.
        const std::size_t got = co_await fill_operation(core, size_max + 1);
        if (core.ahead.size() > size_max) throw limit_overrun(core.describe("recv"), size_max);
        if (got == 0) co_return take(core.ahead, core.ahead.size());
    }
}

}  // namespace

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
    return read_until_of(core(), delimiter, limit);
}

[[clang::coro_wrapper]]
task<std::optional<std::string>> stream::read_line(std::size_t limit) {
    return read_line_of(core(), limit);
}

[[clang::coro_wrapper]]
task<std::string> stream::read_all(std::size_t size_max) { return read_all_of(core(), size_max); }

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
