// SPDX-License-Identifier: MIT
#pragma once

#include <troika/http/client_options.hpp>
#include <troika/http/headers.hpp>
#include <troika/http/url.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace troika::http {

/// What a client knows about a request besides what its caller said.
struct request_context {
    bool at_first_origin = true;      // credentials may be sent
    bool drops_body = false;          // a redirect has made it a GET
    std::string_view authorization = {};   // for this host: from the first URL, or a log-in
    std::string_view cookies = {};
    bool accept_codings = false;
    bool forwarded = false;                      // a proxy sends it on: the target is the whole URL
    std::string_view proxy_authorization = {};   // for that proxy
};

/// How the body of a request travels.
struct request_body {
    enum class way : std::uint8_t { none, inside, length, chunked };
    way how = way::none;
    std::uint64_t size = 0;
};

/// Writes request heads, with as little copying as the request allows.
class request_builder {
public:
    /// Bodies up to this size are sent with their head.
    static constexpr std::size_t inline_body_max = 16 * 1024;

    explicit request_builder(const client_options& options);

    /// Returns: how the body of such a request travels. Throws: whatever the source's size() does.
    [[nodiscard]] static request_body plan_body(const request_options& options, bool drops_body);

    /// Appends the head of the request, and a body that goes inside, to `text`.
    ///
    /// Throws: http_error for a method or a field that cannot be sent.
    void append(std::string& text, std::string_view method, const url& where,
                const request_options& options, const request_context& context,
                const request_body& body);

private:
    const headers& merged(std::string_view method, const request_options& options,
                          const request_context& context, const request_body& body);

    headers always_;   // User-Agent, and what the options name
    const bool always_plain_;   // and nothing of that depends on the way
    headers merged_;   // scratch
};

/// Returns: the value of Authorization that the user name and password in `where` ask for; empty
/// where there are none. For a user name alone, `logins` may know the password.
/// Throws: http_error, as basic_authorization().
[[nodiscard]] std::string authorization_of(const url& where, const netrc* logins = nullptr);

/// Returns: whether a request with this method may be sent again when it is not known whether the
/// server has seen it. Source: RFC 9110, section 9.2.2.
[[nodiscard]] bool is_idempotent(std::string_view method) noexcept;

}  // namespace troika::http
