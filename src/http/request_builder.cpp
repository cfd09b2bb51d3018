// SPDX-License-Identifier: MIT
#include "http/request_builder.hpp"

#include <troika/http/basic_auth.hpp>
#include <troika/http/body_source.hpp>
#include <troika/http/content_decoder.hpp>
#include <troika/http/error.hpp>
#include <troika/http/message_writer.hpp>
#include <troika/http/netrc.hpp>
#include <troika/http/percent.hpp>

#include "http/ascii.hpp"
#include "http/redirect.hpp"

namespace troika::http {

namespace {

void require_sendable(const headers& fields) {
    for (const std::string_view name : {"Content-Length", "Transfer-Encoding"})
        if (fields.contains(name))
            throw http_error(errc::conflicting_framing,
                             "the client says itself how long the body is; leave " +
                                 std::string(name) + " out of the fields");
}

// What is for a proxy must not reach an origin.
constexpr std::string_view for_proxies = "Proxy-Authorization";

bool has_body_by_nature(std::string_view method) noexcept {
    return method == "POST" || method == "PUT" || method == "PATCH";
}

}  // namespace

request_builder::request_builder(const client_options& options)
    : always_plain_(!options.fields.contains(for_proxies)) {
    require_sendable(options.fields);
    if (!options.user_agent.empty() && !options.fields.contains("User-Agent"))
        always_.add("User-Agent", options.user_agent);
    if (!options.fields.contains("Accept")) always_.add("Accept", "*/*");
    for (const headers::field& each : options.fields) always_.add(each.name, each.value);
}

request_body request_builder::plan_body(const request_options& options, bool drops_body) {
    using way = request_body::way;
    if (drops_body) return {};
    if (options.source == nullptr) {
        const std::size_t size = options.body.size();
        if (size == 0) return {};
        const bool inside = size <= inline_body_max && !options.expect_continue;
        return {inside ? way::inside : way::length, size};
    }
    const std::optional<std::uint64_t> size = options.source->size();
    return size ? request_body{way::length, *size} : request_body{way::chunked, 0};
}

const headers& request_builder::merged(std::string_view method, const request_options& options,
                                       const request_context& context, const request_body& body) {
    using way = request_body::way;
    const bool sends_length = body.how == way::inside || body.how == way::length ||
                              (body.how == way::none && has_body_by_nature(method));
    const bool plain = options.fields == nullptr && !sends_length && body.how == way::none &&
                       context.authorization.empty() && context.at_first_origin &&
                       context.cookies.empty() && !context.accept_codings && always_plain_ &&
                       context.proxy_authorization.empty();
    if (plain) return always_;
    const headers none;
    const headers& own = options.fields == nullptr ? none : *options.fields;
    require_sendable(own);
    const auto allowed = [&](std::string_view name) {
        return (context.at_first_origin || !is_for_one_origin(name)) &&
               (context.forwarded || !equals_ignoring_case(name, for_proxies)) &&
               (!context.drops_body || !describes_body(name));
    };
    merged_.clear();
    for (const headers::field& each : always_)
        if (!own.contains(each.name) && allowed(each.name)) merged_.add(each.name, each.value);
    for (const headers::field& each : own)
        if (allowed(each.name)) merged_.add(each.name, each.value);
    if (!context.authorization.empty() && !merged_.contains("Authorization"))
        merged_.add("Authorization", context.authorization);
    if (!context.cookies.empty()) {
        std::string cookies(merged_.get("Cookie").value_or(""));
        if (!cookies.empty()) cookies += "; ";
        merged_.set("Cookie", cookies.append(context.cookies));
    }
    if (context.accept_codings && !merged_.contains("Accept-Encoding"))
        merged_.add("Accept-Encoding", accepted_codings());
    if (!context.proxy_authorization.empty())
        merged_.set(for_proxies, context.proxy_authorization);
    if (sends_length) merged_.add("Content-Length", std::to_string(body.size));
    if (body.how == way::chunked) merged_.add("Transfer-Encoding", "chunked");
    if (options.expect_continue && body.how != way::none && !merged_.contains("Expect"))
        merged_.add("Expect", "100-continue");
    return merged_;
}

void request_builder::append(std::string& text, std::string_view method, const url& where,
                             const request_options& options, const request_context& context,
                             const request_body& body) {
    const headers& fields = merged(method, options, context, body);
    const std::string host = where.host_and_port();
    const std::string target =
        context.forwarded ? "http://" + host + where.target() : where.target();
    append_request_head(text, {.method = method, .target = target, .host = host}, fields);
    if (body.how == request_body::way::inside) text.append(options.body);
}

std::string authorization_of(const url& where, const netrc* logins) {
    const std::optional<std::string_view> userinfo = where.userinfo();
    if (!userinfo || userinfo->empty()) return {};
    const std::size_t colon = userinfo->find(':');
    const std::string_view user_part = userinfo->substr(0, colon);
    const std::string_view password_part =
        colon == userinfo->npos ? std::string_view{} : userinfo->substr(colon + 1);
    const std::string user = percent_decode(user_part).value_or(std::string(user_part));
    std::string password = percent_decode(password_part).value_or(std::string(password_part));
    if (colon == userinfo->npos && logins != nullptr)
        if (const auto known = logins->lookup(where.host(), user)) password = known->password;
    return basic_authorization({.user = user, .password = password});
}

bool is_idempotent(std::string_view method) noexcept {
    for (const std::string_view each : {"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"})
        if (method == each) return true;
    return false;
}

}  // namespace troika::http
