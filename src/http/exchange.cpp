// SPDX-License-Identifier: MIT
#include <troika/http/exchange.hpp>

#include "http/exchange_core.hpp"

#include <algorithm>

namespace troika::http {

namespace {

// A server that announces much has not sent it yet.
constexpr std::size_t reserved_max = 1024 * 1024;

[[noreturn]] void throw_too_large(const exchange_core& core, std::size_t size_max) {
    throw body_too_large(core.subject() + ": the body is larger than " + std::to_string(size_max) +
                         " bytes; read it in pieces, or raise body_size_max");
}

// A coroutine of the core, not of the exchange: the exchange may move while it waits.
task<std::string> read_all_of(exchange_core& core, std::size_t size_max) {
    std::string body;
    const std::uint64_t announced = core.body_left().value_or(0);
    if (announced > size_max) throw_too_large(core, size_max);
    body.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(announced, reserved_max)));
    for (;;) {
        const std::span<const std::byte> chunk = co_await read_chunk_operation(core);
        if (chunk.empty()) co_return body;
        if (chunk.size() > size_max - body.size()) throw_too_large(core, size_max);
        body.append(reinterpret_cast<const char*>(chunk.data()), chunk.size());
    }
}

}  // namespace

const response_head& exchange::head() const noexcept { return core_->head(); }

const http::url& exchange::url() const noexcept { return core_->location(); }

std::size_t exchange::redirects() const noexcept { return core_->redirects; }

std::optional<std::uint64_t> exchange::content_length() const noexcept {
    const body_framing& body = core_->head().body;
    if (body.kind == body_kind::none) return 0;
    if (body.kind == body_kind::length) return body.length;
    return std::nullopt;
}

read_chunk_operation exchange::read_chunk() noexcept { return read_chunk_operation(*core_); }

read_body_operation exchange::read_some(std::span<std::byte> into) noexcept {
    return {*core_, into};
}

[[clang::coro_wrapper]] task<std::string> exchange::read_all(std::size_t size_max) {
    return read_all_of(*core_, size_max);
}

std::uint64_t exchange::body_bytes() const noexcept { return core_->body_bytes; }

bool exchange::finished() const noexcept { return core_->complete() && core_->buffer_empty(); }

const http::headers& exchange::trailers() const noexcept { return core_->parser().trailers(); }

void exchange::close() noexcept { core_->close(); }

}  // namespace troika::http
