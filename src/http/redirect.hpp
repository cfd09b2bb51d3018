// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/std_parts.hpp>
#include <troika/http/hsts.hpp>
#include <troika/http/url.hpp>

#include <string>
#include <string_view>

namespace troika::http {

/// Where a redirect leads, and with which method.
struct redirect_step {
    url to;
    std::string method;
    bool drops_body = false;
};

/// What decides how a redirect is followed.
struct redirect_rules {
    bool to_http = false;               // also from https
    const hsts_store* hsts = nullptr;   // hosts that are asked by https whatever the URL says
    std::chrono::sys_seconds now{};     // for hsts
};

/// Returns: what follows from an answer with `status`, a redirect, and `location`. User name and
/// password in `location` are dropped: a server does not choose with whose rights one goes
/// elsewhere. Throws: redirect_error for a location that is no URL, is not http or https, or is
/// http while `from` is https, unless the rules allow it. Source: RFC 9110, section 15.4.
[[nodiscard]] redirect_step follow_redirect(const url& from, std::string_view method, int status,
                                            std::string_view location,
                                            const redirect_rules& rules = {});

/// Returns: the same place by https: port 80 becomes 443, any other stays. Requires: `where` is an
/// http URL. Source: RFC 6797, section 8.3.
[[nodiscard]] url made_secure(const url& where);

/// Returns: whether a field is about the body, and goes with it when a redirect drops it.
[[nodiscard]] bool describes_body(std::string_view field_name) noexcept;
/// Returns: whether a field is meant for one origin only.
[[nodiscard]] bool is_for_one_origin(std::string_view field_name) noexcept;

}  // namespace troika::http
