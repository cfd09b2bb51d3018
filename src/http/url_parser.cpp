// SPDX-License-Identifier: MIT
#include "http/url_parser.hpp"

#include <troika/http/error.hpp>

#include "http/ip_literal.hpp"
#include "http/percent_bytes.hpp"
#include "http/quoted.hpp"

#include <algorithm>

namespace troika::http {

namespace {

constexpr std::size_t host_name_bytes_max = 255;

std::string_view without_surrounding_blanks(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n";
    const std::size_t first = text.find_first_not_of(blanks);
    if (first == text.npos) return text.substr(0, 0);
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::string describe(char c) {
    if (c == ' ') return "a space";
    if (!is_ascii(c)) return "a character that is not ASCII";
    return std::string("the character ") + c;
}

std::string encoded_spelling(char c) {
    std::string triplet;
    append_percent_encoded(triplet, c);
    return triplet;
}

}  // namespace

url_parser::url_parser(std::string_view text, url_mode mode)
    : whole_(text),
      text_(mode == url_mode::lenient ? without_surrounding_blanks(text) : text),
      mode_(mode) {
    check_size(text_.size());
    check_controls();
    parts_ = split_uri(text_);
}

url url_parser::parse() {
    if (!parts_.scheme)
        fail(text_, text_.empty() ? "the URL is empty; write one such as http://example.org/file"
                                  : "it has no scheme; begin with http://");
    check_scheme();
    const authority_parts authority = check_authority();

    url parsed;
    std::string& text = parsed.text_;
    text.reserve(text_.size());
    text.append(*parts_.scheme);
    const std::size_t scheme_end = text.size();
    text += ':';
    std::size_t host_begin = text.size();
    std::size_t host_end = text.size();
    if (parts_.authority) {
        text += "//";
        if (authority.has_userinfo) text.append(authority.userinfo) += '@';
        host_begin = text.size();
        text.append(authority.host);
        host_end = text.size();
        // What follows the host in the authority is ":" and the port, or nothing.
        text.append(parts_.authority->substr(
            static_cast<std::size_t>(authority.host.data() + authority.host.size() -
                                     parts_.authority->data())));
    }
    const std::size_t path_begin = text.size();
    text += checked(parts_.path, path_characters, "path");
    const std::size_t path_end = text.size();
    if (parts_.query) (text += '?') += checked(*parts_.query, query_characters, "query");
    const std::size_t query_end = text.size();
    if (parts_.fragment) (text += '#') += checked(*parts_.fragment, query_characters, "fragment");

    check_size(text.size());   // encoding makes it longer; now every place fits 16 bits
    parsed.scheme_end_ = static_cast<std::uint16_t>(scheme_end);
    parsed.host_begin_ = static_cast<std::uint16_t>(host_begin);
    parsed.host_end_ = static_cast<std::uint16_t>(host_end);
    parsed.path_begin_ = static_cast<std::uint16_t>(path_begin);
    parsed.path_end_ = static_cast<std::uint16_t>(path_end);
    parsed.query_end_ = static_cast<std::uint16_t>(query_end);
    return parsed;
}

std::string url_parser::check_reference() {
    if (parts_.scheme) check_scheme();
    if (parts_.authority) (void)check_authority();
    uri_parts checked_parts = parts_;
    const std::string path = checked(parts_.path, path_characters, "path");
    std::string query;
    std::string fragment;
    checked_parts.path = path;
    if (parts_.query)
        checked_parts.query = query = checked(*parts_.query, query_characters, "query");
    if (parts_.fragment)
        checked_parts.fragment = fragment = checked(*parts_.fragment, query_characters, "fragment");
    return join_uri(checked_parts);
}

void url_parser::check_size(std::size_t size) const {
    if (size > url::bytes_max)
        throw url_error("the URL " + quoted(whole_) + " is longer than " +
                            std::to_string(url::bytes_max) + " bytes; shorten it",
                        url::bytes_max);
}

void url_parser::check_controls() const {
    const auto bad = std::ranges::find_if(text_, is_control);
    if (bad != text_.end())
        fail(
            text_.substr(static_cast<std::size_t>(bad - text_.begin())),
            "a control character (a tab, a line end or the like) cannot stand in a URL; remove it");
}

void url_parser::check_scheme() const {
    const std::string_view scheme = *parts_.scheme;
    if (scheme.empty() || !letters.contains(scheme.front()) ||
        !scheme_characters.contains_all(scheme))
        fail(scheme, "what stands before the first colon is not a scheme; begin with http://");
}

url_parser::authority_parts url_parser::check_authority() const {
    const bool is_http = parts_.scheme && default_port(*parts_.scheme) != 0;
    authority_parts found;
    if (!parts_.authority) {
        if (is_http)
            fail(parts_.path, "two slashes must follow the scheme, as in http://host/path");
        return found;
    }
    std::string_view rest = *parts_.authority;
    if (const std::size_t at = rest.rfind('@'); at != rest.npos) {
        found.has_userinfo = true;
        found.userinfo = rest.substr(0, at);
        check_part(found.userinfo, userinfo_characters, "user name and password");
        rest = rest.substr(at + 1);
    }
    std::size_t host_end = 0;
    if (rest.starts_with('[')) {
        host_end = rest.find(']');
        if (host_end == rest.npos) fail(rest, "the closing ] of the IPv6 address is missing");
        ++host_end;
    } else {
        host_end = std::min(rest.find(':'), rest.size());
    }
    found.host = rest.substr(0, host_end);
    check_host(found.host, is_http);
    rest = rest.substr(host_end);
    if (rest.empty()) return found;
    if (rest.front() != ':')
        fail(rest, "after the host may follow only a colon and the port, or a slash");
    found.port = rest.substr(1);
    if (!found.port.empty() && !parse_decimal<std::uint16_t>(found.port))
        fail(found.port, "the port must be a number from 0 to 65535");
    return found;
}

void url_parser::check_host(std::string_view host, bool is_http) const {
    if (host.starts_with('[')) {
        const std::string_view address = host.substr(1, host.size() - 2);
        if (address.find('%') != address.npos)
            fail(
                address.substr(address.find('%')),
                "an address with a zone means something else on every machine; leave the zone out");
        if (!parse_ipv6(address))
            fail(address, "what stands in brackets is not an IPv6 address such as [2001:db8::1]");
        return;
    }
    const auto foreign = std::ranges::find_if_not(host, is_ascii);
    if (foreign != host.end())
        fail(host.substr(static_cast<std::size_t>(foreign - host.begin())),
             "a host name with letters beyond ASCII must be written in its xn-- form");
    check_part(host, host_characters, "host");
    if (!is_http) return;
    if (host.empty()) fail(host, "the host is missing, as in http://host/path");
    if (host.size() > host_name_bytes_max)
        fail(host,
             "the host name is longer than " + std::to_string(host_name_bytes_max) + " bytes");
    if (const std::size_t percent = host.find('%'); percent != host.npos)
        fail(host.substr(percent), "a host name cannot be percent-encoded; write it out");
}

std::string url_parser::checked(std::string_view part, const byte_set& allowed,
                                std::string_view name) const {
    if (mode_ == url_mode::strict) {
        check_part(part, allowed, name);
        return std::string(part);
    }
    std::string encoded;
    encoded.reserve(part.size());
    for (std::size_t i = 0; i < part.size(); ++i) {
        if (allowed.contains(part[i]) || percent_triplet(part.substr(i)) >= 0)
            encoded += part[i];
        else
            append_percent_encoded(encoded, part[i]);
    }
    return encoded;
}

void url_parser::check_part(std::string_view part, const byte_set& allowed,
                            std::string_view name) const {
    for (std::size_t i = 0; i < part.size(); ++i) {
        if (allowed.contains(part[i]) || percent_triplet(part.substr(i)) >= 0) continue;
        if (part[i] == '%')
            fail(part.substr(i), "a % must be followed by two hexadecimal digits; write %25 for a "
                                 "percent sign");
        fail(part.substr(i), describe(part[i]) + " cannot stand in the " + std::string(name) +
                                 " of a URL; write " + encoded_spelling(part[i]));
    }
}

namespace {

// A message may be kept and shown: up to the last '@' before the path all may be a password.
std::string without_userinfo(std::string_view text) {
    const std::size_t slashes = text.substr(0, text.find('@')).find("//");
    const std::size_t begin = slashes == text.npos ? 0 : slashes + 2;
    const std::string_view authority =
        text.substr(begin, text.find_first_of("/?#", begin) - begin);
    const std::size_t at = authority.rfind('@');
    if (at == authority.npos) return std::string(text);
    return std::string(text.substr(0, begin)).append(text.substr(begin + at + 1));
}

}  // namespace

void url_parser::fail(std::string_view at, std::string_view problem) const {
    const auto position = static_cast<std::size_t>(at.data() - whole_.data());
    throw url_error("the URL " + quoted(without_userinfo(whole_)) + ", at byte " +
                        std::to_string(position) + ": " + std::string(problem),
                    position);
}

}  // namespace troika::http
