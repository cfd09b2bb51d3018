// SPDX-License-Identifier: MIT
#include <troika/http/proxy.hpp>

#include <troika/http/percent.hpp>

#include "http/ascii.hpp"
#include "http/ip_literal.hpp"
#include "http/quoted.hpp"
#include "http/uri_syntax.hpp"

#include <algorithm>
#include <initializer_list>
#include <utility>

namespace troika::http {

namespace {

[[noreturn]] void refuse(std::string_view source, std::string_view why,
                         errc code = errc::invalid_proxy) {
    throw http_error(code, std::string(source).append(": ").append(why));
}

std::string decoded(std::string_view text, std::string_view source) {
    auto bytes = percent_decode(text);
    if (!bytes)
        refuse(source, "the proxy's user name or password holds a % without two hexadecimal "
                       "digits; write %25 for a %");
    if (std::ranges::any_of(*bytes, is_control))
        refuse(source, "the proxy's user name or password holds a control character; remove it");
    return *std::move(bytes);
}

std::string checked_scheme(std::string_view text, std::string_view source) {
    const std::string scheme = lower_case(text);
    if (scheme.starts_with("socks"))
        refuse(source, "SOCKS proxies are not supported; use an http or https proxy",
               errc::unsupported_scheme);
    if (scheme != "http" && scheme != "https")
        refuse(source, "the proxy's scheme must be http or https, as in http://host:3128",
               errc::unsupported_scheme);
    return scheme;
}

// What remains once user and password are gone; even of this a message shows nothing, because
// somebody may have left out the host.
url place_of(std::string_view scheme, std::string_view host_and_port, std::string_view source) {
    try {
        return url::parse(std::string(scheme).append("://").append(host_and_port));
    } catch (const url_error&) {
        refuse(source, "the proxy's host or port cannot be read; write it as http://host:3128, "
                       "with / @ : % in a password as %2F %40 %3A %25");
    }
}

using address_bytes = std::array<std::uint8_t, 16>;

struct address {
    address_bytes bytes{};
    unsigned bits = 0;   // 0: none
};

address address_of(std::string_view text) {
    address found;
    if (const auto v4 = parse_ipv4(text)) {
        std::ranges::copy(*v4, found.bytes.begin());
        found.bits = 32;
    } else if (const auto v6 = parse_ipv6(text)) {
        for (std::size_t i = 0; i < v6->size(); ++i) {
            found.bytes[2 * i] = static_cast<std::uint8_t>((*v6)[i] >> 8);
            found.bytes[2 * i + 1] = static_cast<std::uint8_t>((*v6)[i] & 255);
        }
        found.bits = 128;
    }
    return found;
}

bool same_prefix(const address_bytes& a, const address_bytes& b, unsigned bits) {
    const unsigned whole = bits / 8;
    if (!std::equal(a.begin(), a.begin() + whole, b.begin())) return false;
    if (bits % 8 == 0) return true;
    return ((a[whole] ^ b[whole]) >> (8 - bits % 8)) == 0;
}

bool is_at_or_below(std::string_view host, std::string_view name) {
    if (!host.ends_with(name)) return false;
    return host.size() == name.size() || host[host.size() - name.size() - 1] == '.';
}

std::string_view without_last_dot(std::string_view host) {
    if (host.ends_with('.')) host.remove_suffix(1);
    return host;
}

}  // namespace

proxy proxy::parse(std::string_view text, std::string_view source) {
    if (text.size() > bytes_max)
        refuse(source, "the proxy's URL is longer than " + std::to_string(bytes_max) + " bytes");
    proxy parsed;
    const std::size_t mark = text.find("://");
    // Behind a colon or an @ it belongs to a password.
    const bool has_scheme = mark != text.npos && mark <= text.find_first_of(":@");
    parsed.scheme = checked_scheme(has_scheme ? text.substr(0, mark) : "http", source);
    std::string_view rest = has_scheme ? text.substr(mark + 3) : text;
    if (const std::size_t at = rest.rfind('@'); at != rest.npos) {
        const std::string_view userinfo = rest.substr(0, at);
        const std::size_t colon = std::min(userinfo.find(':'), userinfo.size());
        parsed.user = decoded(userinfo.substr(0, colon), source);
        if (colon < userinfo.size())
            parsed.password = decoded(userinfo.substr(colon + 1), source);
        rest.remove_prefix(at + 1);
    }
    const url place = place_of(parsed.scheme, rest, source);
    if (place.target() != "/" || place.fragment() || place.query())
        refuse(source, "a proxy has no path; write it as http://host:3128");
    parsed.host = place.origin().host;
    parsed.port = place.effective_port();
    if (parsed.host.empty()) refuse(source, "the proxy's host is missing; write http://host:3128");
    if (parsed.port == 0) refuse(source, "the proxy's port is a number from 1 to 65535");
    return parsed;
}

std::optional<http::credentials> proxy::credentials() const noexcept {
    if (user.empty() && password.empty()) return std::nullopt;
    return http::credentials{user, password};
}

std::string proxy::to_string() const { return origin{scheme, host, port}.to_string(); }

class proxy_exceptions::rule_reader {
public:
    explicit rule_reader(std::string_view source) : source_(source) {}

    rule read(std::string_view text) {
        whole_ = text;
        rule made;
        if (text == "*") {
            made.everything = true;
            return made;
        }
        if (text.find('/') != text.npos) return read_block(text);
        std::string_view host = text;
        if (text.starts_with('[')) {
            const std::size_t end = text.find(']');
            if (end == text.npos) refuse_rule("is no address; write such as [2001:db8::1]");
            host = text.substr(1, end - 1);
            if (end + 1 < text.size()) {
                if (text[end + 1] != ':') refuse_rule("is no address with a port");
                made.port = port(text.substr(end + 2));
            }
            if (!parse_ipv6(host)) refuse_rule("is no address; write such as [2001:db8::1]");
        } else if (const std::size_t colon = text.find(':');
                   colon != text.npos && colon == text.rfind(':')) {
            host = text.substr(0, colon);
            made.port = port(text.substr(colon + 1));
        }
        const address found = address_of(host);
        made.address = found.bytes;
        made.address_bits = made.prefix_bits = found.bits;
        if (found.bits > 0) return made;
        if (host.starts_with("*.")) host.remove_prefix(1);
        while (host.starts_with('.')) host.remove_prefix(1);
        made.name = lower_case(without_last_dot(host));
        if (made.name.empty())
            refuse_rule("names no host; write such as example.org, or * for all");
        return made;
    }

private:
    [[noreturn]] void refuse_rule(std::string_view why) const {
        refuse(source_, quoted(whole_).append(" ").append(why));
    }

    std::uint16_t port(std::string_view text) const {
        const auto number = parse_decimal<std::uint16_t>(text);
        if (!number || *number == 0) refuse_rule("has a port that is no number from 1 to 65535");
        return *number;
    }

    rule read_block(std::string_view text) const {
        const std::size_t slash = text.find('/');
        std::string_view base = text.substr(0, slash);
        if (base.starts_with('[') && base.ends_with(']')) base = base.substr(1, base.size() - 2);
        const address found = address_of(base);
        const auto bits = parse_decimal<unsigned>(text.substr(slash + 1));
        if (found.bits == 0 || !bits || *bits > found.bits)
            refuse_rule("is no block of addresses; write such as 10.0.0.0/8 or 2001:db8::/32");
        rule made;
        made.address = found.bytes;
        made.address_bits = found.bits;
        made.prefix_bits = *bits;
        return made;
    }

    std::string_view source_;
    std::string_view whole_;
};

proxy_exceptions::proxy_exceptions(std::string_view list, std::string_view source) {
    if (list.size() > bytes_max)
        refuse(source, "the list is longer than " + std::to_string(bytes_max) + " bytes");
    constexpr std::string_view separators = ", \t\r\n";
    rule_reader reader(source);
    for (std::size_t at = list.find_first_not_of(separators); at != list.npos;
         at = list.find_first_not_of(separators, at)) {
        const std::size_t end = std::min(list.find_first_of(separators, at), list.size());
        rules_.push_back(reader.read(list.substr(at, end - at)));
        at = end;
    }
}

bool proxy_exceptions::contain(const url& target) const {
    const std::string host = lower_case(without_last_dot(target.host()));
    const std::uint16_t port = target.effective_port();
    const address found = address_of(host);
    return std::ranges::any_of(rules_, [&](const rule& each) {
        if (each.everything) return true;
        if (each.port && *each.port != port) return false;
        if (each.address_bits > 0)
            return each.address_bits == found.bits &&
                   same_prefix(each.address, found.bytes, each.prefix_bits);
        return found.bits == 0 && is_at_or_below(host, each.name);
    });
}

proxy_settings::proxy_settings(proxy every, proxy_exceptions direct)
    : for_http_{every, nullptr},
      for_https_{std::move(every), nullptr},
      direct_(std::move(direct)) {}

proxy_settings proxy_settings::from_environment(const variable_reader& read) {
    const auto value_of = [&](std::string_view name) {
        const auto value = read(name);
        return value ? std::string(trimmed(*value)) : std::string();
    };
    const auto first_of = [&](std::initializer_list<std::string_view> names) -> choice {
        for (const std::string_view name : names) {
            const std::string value = value_of(name);
            if (value.empty()) continue;
            try {
                return {proxy::parse(value, name), nullptr};
            } catch (const http_error&) {
                return {std::nullopt, std::current_exception()};
            }
        }
        return {};
    };
    proxy_settings settings;
    settings.for_http_ = first_of({"http_proxy", "all_proxy", "ALL_PROXY"});
    settings.for_https_ = first_of({"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"});
    for (const std::string_view name : {"no_proxy", "NO_PROXY"}) {
        const std::string value = value_of(name);
        if (value.empty()) continue;
        settings.direct_ = proxy_exceptions(value, name);
        break;
    }
    return settings;
}

std::optional<proxy> proxy_settings::proxy_for(const url& target) const {
    if (!target.is_http()) return std::nullopt;
    const choice& chosen = target.is_https() ? for_https_ : for_http_;
    if (direct_.contain(target)) return std::nullopt;
    if (chosen.refused) std::rethrow_exception(chosen.refused);
    return chosen.through;
}

}  // namespace troika::http
