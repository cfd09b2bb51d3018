// SPDX-License-Identifier: MIT
#include "http/redirect.hpp"

#include <troika/http/client_error.hpp>
#include <troika/http/status.hpp>

#include "http/ascii.hpp"
#include "http/quoted.hpp"

#include <cstdint>
#include <optional>

namespace troika::http {

namespace {

url resolved(const url& from, std::string_view location) {
    try {
        return from.resolve(location, url_mode::lenient);
    } catch (const url_error& wrong) {
        throw redirect_error(
            errc::redirect_refused,
            from.without_credentials().text() + " redirects to what is no URL: " + wrong.what());
    }
}

// As browsers have done it for long: POST becomes GET where the standard allows it.
bool becomes_get(std::string_view method, int code) noexcept {
    if (code == status::see_other) return method != "GET" && method != "HEAD";
    const bool rewriting = code == status::moved_permanently || code == status::found;
    return rewriting && method == "POST";
}

}  // namespace

redirect_step follow_redirect(const url& from, std::string_view method, int status,
                              std::string_view location, const redirect_rules& rules) {
    url to = resolved(from, location);
    const bool wants_https = rules.hsts != nullptr && to.is_http() && !to.is_https() &&
                             rules.hsts->upgrades(to.host(), rules.now);
    if (wants_https) to = made_secure(to);
    const auto refuse = [&](const std::string& why) {
        throw redirect_error(errc::redirect_refused, from.without_credentials().text() +
                                                         " redirects to " + quoted_url(to.text()) +
                                                         ", " + why);
    };
    if (!to.is_http()) refuse("which is neither http nor https; it is not followed");
    if (from.is_https() && !to.is_https() && !rules.to_http)
        refuse("which is not encrypted; fetch that URL itself if that is what you want");
    if (to.userinfo()) to = to.without_credentials();
    const bool as_get = becomes_get(method, status);
    return {std::move(to), as_get ? std::string("GET") : std::string(method), as_get};
}

url made_secure(const url& where) {
    std::string text = "https://";
    if (const auto user = where.userinfo()) text.append(*user).append("@");
    const bool is_ipv6 = where.kind_of_host() == url::host_kind::ipv6;
    text += is_ipv6 ? "[" + std::string(where.host()) + "]" : std::string(where.host());
    if (const std::uint16_t port = where.effective_port(); port != 80)
        text += ":" + std::to_string(port);
    text += where.target();
    if (const auto fragment = where.fragment()) text.append("#").append(*fragment);
    return url::parse(text, url_mode::lenient);
}

bool describes_body(std::string_view name) noexcept {
    constexpr std::string_view prefix = "Content-";
    return (name.size() > prefix.size() &&
            equals_ignoring_case(name.substr(0, prefix.size()), prefix)) ||
           equals_ignoring_case(name, "Expect");
}

bool is_for_one_origin(std::string_view name) noexcept {
    for (const std::string_view each : {"Authorization", "Cookie", "Host", "Proxy-Authorization"})
        if (equals_ignoring_case(name, each)) return true;
    return false;
}

}  // namespace troika::http
