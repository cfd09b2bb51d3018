// SPDX-License-Identifier: MIT
#include "fetch/inquiry.hpp"

#include "fetch/answer.hpp"

#include <troika/http/status.hpp>

#include "os/clock.hpp"

#include <charconv>
#include <string_view>

namespace troika::fetch {

namespace {

// An answer to HEAD has a length, and no body.
std::optional<std::uint64_t> announced_size(const http::headers& fields) {
    const std::string_view text = fields.get("Content-Length").value_or("");
    std::uint64_t size = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
    if (text.empty() || error != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return size;
}

}  // namespace

task<inquiry> inquire(http::client& client, std::string url, const http::headers& fields) {
    http::request_options options;
    options.fields = &fields;
    const http::url where = http::url::parse(url, http::url_mode::lenient);
    std::optional<http::exchange> exchange;
    exchange.emplace(co_await client.open("HEAD", where, options));
    const int status = exchange->status();
    const bool unknown =
        status == http::status::method_not_allowed || status == http::status::not_implemented;
    if (unknown) exchange.emplace(co_await client.open("GET", where, options));
    question asked;
    asked.url = url;
    asked.now = std::chrono::floor<std::chrono::seconds>(os::wall_time());
    const answer found = judge(exchange->head(), asked);
    inquiry told;
    told.size = announced_size(exchange->headers());
    const bool ranges = exchange->headers().has_token("Accept-Ranges", "bytes");
    told.resumable = ranges && !found.validator.empty();
    exchange->close();
    co_return told;
}

}  // namespace troika::fetch
