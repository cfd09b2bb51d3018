// SPDX-License-Identifier: MIT
#include <troika/http/decoded_body.hpp>

#include <troika/base/check.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace troika::http {

namespace {

std::string codings_of(const headers& fields) {
    std::string all;
    for (const std::string_view each : fields.get_all("Content-Encoding")) {
        if (!all.empty()) all += ",";
        all += each;
    }
    return all;
}

// Says of what the body is.
[[noreturn]] void throw_about(const exchange& of, const protocol_error& wrong) {
    throw protocol_error(wrong.code(), of.url().without_credentials().text() + ": " + wrong.what());
}

// An answer to HEAD, say, has the fields of a body that does not come.
std::optional<content_decoder> decoder_for(const exchange& of, const expansion_limits& limits) {
    if (of.head().body.kind == body_kind::none) return std::nullopt;
    try {
        return content_decoder::make(codings_of(of.headers()), limits);
    } catch (const protocol_error& unknown) {
        throw_about(of, unknown);
    }
}

}  // namespace

decoded_body::decoded_body(exchange& of, expansion_limits limits)
    : exchange_(of), decoder_(decoder_for(of, limits)) {}

content_decoder::progress decoded_body::decode(std::span<std::byte> into) {
    try {
        return decoder_->decode(chunk_, into);
    } catch (const protocol_error& wrong) {
        throw_about(exchange_, wrong);
    }
}

void decoded_body::finish() const {
    try {
        decoder_->finish();
    } catch (const protocol_error& wrong) {
        throw_about(exchange_, wrong);
    }
}

task<std::size_t> decoded_body::read_some(std::span<std::byte> into) {
    check(!into.empty(), "read_some() needs room for a byte: its 0 means the end");
    if (!decoder_) co_return co_await exchange_.read_some(into);
    for (;;) {
        const content_decoder::progress made = decode(into);
        chunk_ = chunk_.subspan(made.consumed);
        if (made.produced > 0) co_return made.produced;
        if (over_) break;
        if (!chunk_.empty()) continue;
        chunk_ = co_await exchange_.read_chunk();
        over_ = chunk_.empty();
    }
    finish();
    co_return std::size_t{0};
}

task<std::string> decoded_body::read_all(std::size_t size_max) {
    std::string all;
    std::array<std::byte, 16 * 1024> piece;
    for (;;) {
        const std::size_t count = co_await read_some(piece);
        if (count == 0) co_return all;
        if (count > size_max - all.size())
            throw body_too_large(exchange_.url().without_credentials().text() +
                                 ": the body has more than " + std::to_string(size_max) +
                                 " bytes once it is decoded");
        all.append(reinterpret_cast<const char*>(piece.data()), count);
    }
}

}  // namespace troika::http
