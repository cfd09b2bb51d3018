// SPDX-License-Identifier: MIT
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace troika::http {

/// Whom one talks to: what must be equal for a connection, or a credential, to be shared.
///
/// Source: RFC 6454, section 4.
struct origin {
    std::string scheme;       // lower case
    std::string host;         // lower case; an IPv6 address without its brackets
    std::uint16_t port = 0;   // the scheme's default where the URL names none

    /// Returns: such as `http://example.org:8080`, without a default port.
    [[nodiscard]] std::string to_string() const;

    friend auto operator<=>(const origin&, const origin&) = default;
};

/// How a text becomes a URL.
enum class url_mode : std::uint8_t {
    strict,    // RFC 3986 to the letter
    lenient,   // what people paste and servers send: characters that a URL cannot hold (spaces,
               // UTF-8, quotes, a lone %) are percent-encoded where that cannot change the host
};

/// A URL with a scheme, parsed once and kept as one string.
///
/// 48 bytes and one allocation; copying copies the string. A list of millions keeps its lines as
/// text and makes a URL of each when its turn comes.
/// Thread: none of its own.
/// Lifetime: views that are returned hold as long as the object, unchanged.
/// Source: RFC 3986; for http and https also RFC 9110, section 4.2.
class url {
public:
    static constexpr std::size_t bytes_max = 65'535;

    enum class host_kind : std::uint8_t { none, name, ipv4, ipv6 };

    /// Throws: url_error that says where and what to write instead: control characters, no scheme,
    /// a bad host or port, an address with a zone, more than bytes_max bytes, and in strict mode
    /// every character that must be encoded.
    [[nodiscard]] static url parse(std::string_view text, url_mode mode = url_mode::strict);

    /// Returns: where `reference` (`../b?c`, `//host/`, a whole URL) leads from here; the fragment
    /// is the reference's.
    /// Throws: as parse().
    /// Source: RFC 3986, section 5.2, strict.
    [[nodiscard]] url resolve(std::string_view reference, url_mode mode = url_mode::strict) const;

    /// Returns: the same place in its plainest spelling: lower-case scheme and host, no dot
    /// segments, no default port, nothing encoded without need, hexadecimal digits in upper case.
    [[nodiscard]] url normalized() const;

    /// Returns: the same place for logs and for the next hop: no user name, password or fragment.
    [[nodiscard]] url without_credentials() const;

    [[nodiscard]] const std::string& text() const noexcept { return text_; }

    [[nodiscard]] std::string_view scheme() const noexcept { return part(0, scheme_end_); }
    [[nodiscard]] bool has_authority() const noexcept {
        return std::string_view(text_).substr(scheme_end_ + std::size_t{1}).starts_with("//");
    }
    [[nodiscard]] std::optional<std::string_view> userinfo() const noexcept;
    /// Returns: a name or an address as it is written, an IPv6 address without its brackets.
    [[nodiscard]] std::string_view host() const noexcept;
    [[nodiscard]] host_kind kind_of_host() const noexcept;
    [[nodiscard]] std::optional<std::uint16_t> port() const noexcept;
    /// Returns: the port to connect to: port(), or 80 for http and 443 for https, or 0.
    [[nodiscard]] std::uint16_t effective_port() const noexcept;
    [[nodiscard]] std::string_view path() const noexcept { return part(path_begin_, path_end_); }
    [[nodiscard]] std::optional<std::string_view> query() const noexcept;
    [[nodiscard]] std::optional<std::string_view> fragment() const noexcept;

    /// Returns: whether the scheme is http or https.
    [[nodiscard]] bool is_http() const noexcept;
    [[nodiscard]] bool is_https() const noexcept;

    [[nodiscard]] http::origin origin() const;
    /// Returns: what a request for it asks the server for: path and query, at least "/".
    [[nodiscard]] std::string target() const;
    /// Returns: the value of the Host header: host and, unless it is the default, port.
    [[nodiscard]] std::string host_and_port() const;

    /// Compares the spelling; compare normalized() URLs to compare places.
    friend bool operator==(const url& a, const url& b) noexcept { return a.text_ == b.text_; }

private:
    friend class url_parser;
    url() = default;

    [[nodiscard]] std::string_view part(std::size_t begin, std::size_t end) const noexcept {
        return std::string_view(text_).substr(begin, end - begin);
    }
    [[nodiscard]] std::size_t authority_begin() const noexcept { return scheme_end_ + 3u; }

    // scheme ":" "//" userinfo "@" host ":" port  path  "?" query  "#" fragment
    //      ^ scheme_end_        host_begin_^   ^host_end_ ^path_begin_  ^path_end_  ^query_end_
    std::string text_;
    std::uint16_t scheme_end_ = 0;
    std::uint16_t host_begin_ = 0;
    std::uint16_t host_end_ = 0;
    std::uint16_t path_begin_ = 0;
    std::uint16_t path_end_ = 0;
    std::uint16_t query_end_ = 0;
};

}  // namespace troika::http
