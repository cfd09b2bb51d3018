// SPDX-License-Identifier: MIT
#include "http/route.hpp"

#include <troika/base/check.hpp>

#include "http/ascii.hpp"

#include <charconv>
#include <utility>

namespace troika::http {

void write_route_key(std::string& key, const url& where, const std::optional<proxy>& via) {
    key.assign(where.scheme()).append("://");
    key.append(where.host()).append(":");   // an IPv6 address without brackets: no name has colons
    for (char& c : key) c = to_lower(c);
    char port[5];
    const auto [end, error] = std::to_chars(port, port + sizeof port, where.effective_port());
    check(error == std::errc{}, "a port has at most five digits");
    key.append(port, end);
    if (!via) return;
    key.append(" via ").append(via->to_string());
    // No line end can be part of a log-in: nobody can forge another one's key.
    key.append("\n").append(via->user).append("\n").append(via->password);
}

route route_to(const url& where, std::optional<proxy> via) {
    return {.host = std::string(where.host()),
            .port = where.effective_port(),
            .secure = where.is_https(),
            .via = std::move(via)};
}

}  // namespace troika::http
