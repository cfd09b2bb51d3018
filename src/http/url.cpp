// SPDX-License-Identifier: MIT
#include <troika/http/url.hpp>

#include "http/ip_literal.hpp"
#include "http/uri_syntax.hpp"
#include "http/url_parser.hpp"

#include <troika/base/check.hpp>

namespace troika::http {

namespace {

std::string bracketed_where_needed(std::string_view host) {
    const bool is_ipv6 = host.find(':') != host.npos;
    return is_ipv6 ? "[" + std::string(host) + "]" : std::string(host);
}

}  // namespace

std::string origin::to_string() const {
    std::string text = scheme + "://" + bracketed_where_needed(host);
    if (port != default_port(scheme)) (text += ':') += std::to_string(port);
    return text;
}

url url::parse(std::string_view text, url_mode mode) { return url_parser(text, mode).parse(); }

url url::resolve(std::string_view reference, url_mode mode) const {
    const std::string checked = url_parser(reference, mode).check_reference();
    const uri_parts there = split_uri(checked);
    const uri_parts here = split_uri(text_);
    uri_parts target;
    std::string path;
    if (there.scheme) {
        target.scheme = there.scheme;
        target.authority = there.authority;
        path = remove_dot_segments(there.path);
        target.query = there.query;
    } else {
        target.scheme = here.scheme;
        if (there.authority) {
            target.authority = there.authority;
            path = remove_dot_segments(there.path);
            target.query = there.query;
        } else {
            target.authority = here.authority;
            if (there.path.empty()) {
                path = here.path;
                target.query = there.query ? there.query : here.query;
            } else {
                path = remove_dot_segments(there.path.starts_with('/')
                                               ? std::string(there.path)
                                               : merge_paths(here, there.path));
                target.query = there.query;
            }
        }
    }
    target.path = path;
    target.fragment = there.fragment;
    return parse(join_uri(target));
}

url url::normalized() const {
    const uri_parts parts = split_uri(text_);
    const std::string scheme = lower_case(this->scheme());
    std::string authority;
    if (has_authority()) {
        if (const auto user = userinfo()) authority = normalized_encoding(*user) + '@';
        if (kind_of_host() == host_kind::ipv6) {
            const auto groups = parse_ipv6(host());
            check(groups.has_value(), "a parsed URL holds an address that is none");
            authority += '[' + format_ipv6(*groups) + ']';
        } else {
            // Lower case twice: for the encoded letters as well, but %C3 keeps its upper case.
            authority += normalized_encoding(lower_case(normalized_encoding(host())));
        }
        if (const auto number = port(); number && *number != default_port(scheme))
            (authority += ':') += std::to_string(*number);
    }
    std::string path = remove_dot_segments(normalized_encoding(parts.path));
    if (path.empty() && is_http()) path = "/";
    std::string query;
    std::string fragment;
    uri_parts plain;
    plain.scheme = scheme;
    if (has_authority()) plain.authority = authority;
    plain.path = path;
    if (parts.query) plain.query = query = normalized_encoding(*parts.query);
    if (parts.fragment) plain.fragment = fragment = normalized_encoding(*parts.fragment);
    return parse(join_uri(plain));
}

url url::without_credentials() const {
    std::string text(part(0, query_end_));
    if (has_authority()) text.erase(authority_begin(), host_begin_ - authority_begin());
    return parse(text);
}

std::optional<std::string_view> url::userinfo() const noexcept {
    if (!has_authority() || host_begin_ == authority_begin()) return std::nullopt;
    return part(authority_begin(), host_begin_ - std::size_t{1});
}

std::string_view url::host() const noexcept {
    const std::string_view written = part(host_begin_, host_end_);
    return written.starts_with('[') ? written.substr(1, written.size() - 2) : written;
}

url::host_kind url::kind_of_host() const noexcept {
    if (!has_authority()) return host_kind::none;
    if (text_[host_begin_ < text_.size() ? host_begin_ : 0] == '[') return host_kind::ipv6;
    return parse_ipv4(host()) ? host_kind::ipv4 : host_kind::name;
}

std::optional<std::uint16_t> url::port() const noexcept {
    if (host_end_ == path_begin_) return std::nullopt;
    return parse_decimal<std::uint16_t>(part(host_end_ + std::size_t{1}, path_begin_));
}

std::uint16_t url::effective_port() const noexcept {
    return port().value_or(default_port(scheme()));
}

std::optional<std::string_view> url::query() const noexcept {
    if (path_end_ == query_end_) return std::nullopt;
    return part(path_end_ + std::size_t{1}, query_end_);
}

std::optional<std::string_view> url::fragment() const noexcept {
    if (query_end_ == text_.size()) return std::nullopt;
    return part(query_end_ + std::size_t{1}, text_.size());
}

bool url::is_http() const noexcept { return default_port(scheme()) != 0; }

bool url::is_https() const noexcept { return equals_ignoring_case(scheme(), "https"); }

http::origin url::origin() const {
    http::origin who{lower_case(scheme()), lower_case(host()), effective_port()};
    if (kind_of_host() == host_kind::ipv6)
        if (const auto groups = parse_ipv6(host())) who.host = format_ipv6(*groups);
    return who;
}

std::string url::target() const {
    const std::string_view asked = part(path_begin_, query_end_);
    return asked.starts_with('/') ? std::string(asked) : std::string("/").append(asked);
}

std::string url::host_and_port() const {
    std::string text(part(host_begin_, host_end_));
    if (const auto number = port(); number && *number != default_port(scheme()))
        (text += ':') += std::to_string(*number);
    return text;
}

}  // namespace troika::http
