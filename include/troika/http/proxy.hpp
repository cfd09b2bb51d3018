// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/std_parts.hpp>
#include <troika/http/basic_auth.hpp>
#include <troika/http/error.hpp>
#include <troika/http/url.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troika::http {

/// A server through which requests go.
struct proxy {
    std::string scheme;         // "http" or "https": how one talks to the proxy itself
    std::string host;           // lower case; an IPv6 address without its brackets
    std::uint16_t port = 0;
    std::string user;           // both decoded; empty where none were given
    std::string password;

    static constexpr std::size_t bytes_max = 65'535;

    /// Reads `[http://|https://][user[:password]@]host[:port][/]`. Without a scheme it is http;
    /// without a port 80, or 443 for https. In user and password, %41 stands for a byte.
    ///
    /// `source`: the option or variable that it comes from, for messages.
    /// Throws: http_error that says what is wrong and never shows the text, which may hold a
    /// password: SOCKS and other schemes, a bad host or port, a control character in user or
    /// password, a path.
    [[nodiscard]] static proxy parse(std::string_view text, std::string_view source = "--proxy");

    /// Returns: what to give to basic_authorization() for Proxy-Authorization.
    /// Lifetime: as long as this object, unchanged.
    [[nodiscard]] std::optional<http::credentials> credentials() const noexcept;

    /// Returns: such as `http://proxy.example.org:3128`, fit for messages: no user, no password.
    [[nodiscard]] std::string to_string() const;

    friend bool operator==(const proxy&, const proxy&) = default;
};

/// The hosts that are asked directly although there is a proxy.
///
/// A list with commas or spaces of: `*` for all; `example.org`, `.example.org` or `*.example.org`
/// for a host and all below it; an address; a block of addresses, `10.0.0.0/8` or `2001:db8::/32`;
/// and any of them but the last with a port, `example.org:8080`, `[::1]:8080`. The case of letters
/// does not matter. Names are not looked up, so that addresses fit only URLs that have addresses.
class proxy_exceptions {
public:
    static constexpr std::size_t bytes_max = 65'535;

    proxy_exceptions() = default;
    /// Throws: http_error for a block or a port that is none, and for more than bytes_max bytes.
    explicit proxy_exceptions(std::string_view list, std::string_view source = "no_proxy");

    [[nodiscard]] bool contain(const url& target) const;

private:
    struct rule {
        bool everything = false;
        std::string name;                         // lower case; itself and all below it
        std::array<std::uint8_t, 16> address{};   // the first 4 are used for IPv4
        unsigned address_bits = 0;                // 32 or 128; 0: not an address
        unsigned prefix_bits = 0;                 // how many of them count
        std::optional<std::uint16_t> port;
    };
    class rule_reader;

    std::vector<rule> rules_;
};

/// Which URL goes through which proxy.
///
/// Thread: none of its own.
class proxy_settings {
public:
    /// Reads a variable of the environment; nothing where it is not set.
    using variable_reader = std::function<std::optional<std::string>(std::string_view name)>;

    /// No proxy at all.
    proxy_settings() = default;

    /// One proxy for http and https.
    proxy_settings(proxy every, proxy_exceptions direct);

    /// As curl reads it: http_proxy for http; https_proxy or HTTPS_PROXY for https; all_proxy or
    /// ALL_PROXY for either; no_proxy or NO_PROXY for the exceptions. A variable that is empty is
    /// as if not set. HTTP_PROXY is never read: in a CGI program it is a header of the request.
    ///
    /// A proxy that cannot be used is reported by proxy_for(), to whom would need it.
    /// Throws: as proxy_exceptions().
    [[nodiscard]] static proxy_settings from_environment(const variable_reader& read);

    /// Returns: the proxy for `target`; nothing where it is asked directly.
    /// Throws: http_error where the environment names one that proxy::parse() refuses.
    [[nodiscard]] std::optional<proxy> proxy_for(const url& target) const;

private:
    struct choice {
        std::optional<proxy> through;
        std::exception_ptr refused;   // why what the environment names cannot be used
    };

    choice for_http_;
    choice for_https_;
    proxy_exceptions direct_;
};

}  // namespace troika::http
