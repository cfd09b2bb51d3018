// SPDX-License-Identifier: MIT
#include <troika/http/content_decoder.hpp>

#include <troika/base/check.hpp>
#include <troika/http/error.hpp>

#include "http/ascii.hpp"
#include "http/coding.hpp"
#include "http/quoted.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace troika::http {

namespace {

std::unique_ptr<coding> make_coding(std::string_view name) {
    if (equals_ignoring_case(name, "gzip") || equals_ignoring_case(name, "x-gzip"))
        return make_gzip_coding();
    if (equals_ignoring_case(name, "deflate")) return make_deflate_coding();
    if (equals_ignoring_case(name, "br")) return make_brotli_coding();
    if (equals_ignoring_case(name, "zstd")) return make_zstd_coding();
    throw protocol_error(errc::unsupported_content_coding,
                         "the server sends the body in the content coding " + quoted(name) +
                             "; gzip, deflate, br and zstd are understood");
}

// A coding and what it has decoded for the next one; the last writes to the caller.
struct stage {
    std::unique_ptr<coding> undo;
    std::vector<std::byte> decoded;
    std::size_t begin = 0;
    std::size_t end = 0;
    std::uint64_t produced = 0;

    std::span<const std::byte> pending() const {
        return std::span(decoded).subspan(begin, end - begin);
    }
};

}  // namespace

void coding::refuse(std::string_view why) const {
    std::string message = "the body is not in the content coding ";
    message.append(name()).append(" that the server named: ").append(why);
    throw protocol_error(errc::malformed_content, message);
}

struct content_decoder::state {
    std::vector<stage> stages;   // the coding that was applied last is undone first
    expansion_limits limits;
    std::uint64_t consumed = 0;

    void check_expansion(const stage& of) const {
        if (limits.ratio_max == 0 || of.produced <= limits.bytes_free) return;
        if ((of.produced - limits.bytes_free) / limits.ratio_max < consumed) return;
        throw protocol_error(errc::content_expands_too_much,
                             "the body expands to more than " + std::to_string(limits.ratio_max) +
                                 " times what the server sends (content coding " +
                                 std::string(of.undo->name()) +
                                 "); ask for it without a content coding");
    }

    bool is_whole() const {
        return std::ranges::all_of(stages, [](const stage& each) {
            return each.undo->is_whole() && each.begin == each.end;
        });
    }
};

std::string_view accepted_codings() noexcept { return "gzip, deflate, br, zstd"; }

std::optional<content_decoder> content_decoder::make(std::string_view content_encoding,
                                                     expansion_limits limits) {
    constexpr std::size_t piece_size = 16 * 1024;
    auto made = std::make_unique<state>();
    made->limits = limits;
    while (!content_encoding.empty()) {
        const std::string_view name = take_list_member(content_encoding);
        if (name.empty() || equals_ignoring_case(name, "identity")) continue;
        if (made->stages.size() == codings_max)
            throw protocol_error(errc::unsupported_content_coding,
                                 "the server sends the body in more than " +
                                     std::to_string(codings_max) +
                                     " content codings, one in another");
        made->stages.emplace_back().undo = make_coding(name);
    }
    if (made->stages.empty()) return std::nullopt;
    std::ranges::reverse(made->stages);
    for (std::size_t i = 0; i + 1 < made->stages.size(); ++i)
        made->stages[i].decoded.resize(piece_size);
    return content_decoder(std::move(made));
}

content_decoder::content_decoder(std::unique_ptr<state> made) noexcept : state_(std::move(made)) {}
content_decoder::content_decoder(content_decoder&&) noexcept = default;
content_decoder& content_decoder::operator=(content_decoder&&) noexcept = default;
content_decoder::~content_decoder() = default;

content_decoder::progress content_decoder::decode(std::span<const std::byte> input,
                                                  std::span<std::byte> output) {
    check(!output.empty(), "content_decoder::decode needs room");
    progress total;
    for (bool moved = true; moved;) {
        moved = false;
        for (std::size_t i = 0; i < state_->stages.size(); ++i) {
            stage& here = state_->stages[i];
            const bool is_last = i + 1 == state_->stages.size();
            if (!is_last && here.begin != here.end) continue;   // the next one is not yet through
            const auto from = i == 0 ? input.subspan(total.consumed)
                                     : std::as_const(state_->stages[i - 1]).pending();
            const auto to = is_last ? output.subspan(total.produced) : std::span(here.decoded);
            const coding::progress made = here.undo->step(from, to);
            if (i == 0) {
                total.consumed += made.consumed;
                state_->consumed += made.consumed;
            } else {
                state_->stages[i - 1].begin += made.consumed;
            }
            if (is_last) {
                total.produced += made.produced;
            } else {
                here.begin = 0;
                here.end = made.produced;
            }
            here.produced += made.produced;
            state_->check_expansion(here);
            moved = moved || made.consumed > 0 || made.produced > 0;
        }
    }
    total.ended = state_->is_whole();
    return total;
}

void content_decoder::finish() const {
    if (state_->is_whole()) return;
    const auto broken = std::ranges::find_if(
        state_->stages, [](const stage& each) { return !each.undo->is_whole(); });
    const auto& named = broken == state_->stages.end() ? state_->stages.front() : *broken;
    throw protocol_error(errc::truncated_content, "the body in the content coding " +
                                                      std::string(named.undo->name()) +
                                                      " ends too early");
}

}  // namespace troika::http
