// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/std_parts.hpp>
#include <troika/http/url.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace troika::http {

/// From where a cookie_jar knows for which domains a site may set cookies.
enum class public_suffixes : std::uint8_t {
    installed,   // the newer of the list of the package publicsuffix and the one in libpsl
    none,        // no list: every cookie is for its host alone
};

/// The cookies of a client: what servers set, and what goes back to whom.
///
/// A cookie with a Domain goes to all hosts of it. Where the list of public suffixes says that
/// those belong to many (`co.uk`, `github.io`) it is refused; without a list it is for its host
/// alone.
/// Cookies marked Secure are neither sent to http nor overwritten from there. SameSite is ignored:
/// who uses a client is on no site.
/// Thread: none of its own.
/// Source: RFC 6265 and its revision (draft-ietf-httpbis-rfc6265bis).
class cookie_jar {
public:
    /// Of name and value together; a cookie that is larger is not taken.
    static constexpr std::size_t cookie_bytes_max = 4096;
    /// Of an attribute such as Path; a longer one is as if not there.
    static constexpr std::size_t attribute_bytes_max = 1024;
    /// When there are more, those go that are over, then the one that was not used for longest.
    static constexpr std::size_t domain_cookies_max = 50;
    static constexpr std::size_t cookies_max = 3000;
    /// Of the header that goes to a server; cookies that do not fit are left out.
    static constexpr std::size_t header_bytes_max = std::size_t{8} * 1024;
    static constexpr std::size_t file_bytes_max = std::size_t{32} * 1024 * 1024;

    /// Reads the list, which takes some milliseconds: not on a loop's thread that is busy.
    explicit cookie_jar(public_suffixes list = public_suffixes::installed);
    cookie_jar(cookie_jar&&) noexcept;
    cookie_jar& operator=(cookie_jar&&) noexcept;
    ~cookie_jar();

    /// Takes the value of one Set-Cookie header of an answer to `from`.
    ///
    /// Returns: whether it was followed (it may have deleted a cookie); false: it broke a rule.
    bool set_from(const url& from, std::string_view set_cookie, std::chrono::sys_seconds now);

    /// Returns: the value of the Cookie header for a request to `to`; empty where there is none to
    /// send.
    [[nodiscard]] std::string header_for(const url& to, std::chrono::sys_seconds now);

    struct load_result {
        std::size_t loaded = 0;
        std::size_t skipped = 0;   // lines that are malformed, or break a rule for cookies
    };

    /// Adds the cookies of a file in Netscape's format, as curl and browsers' extensions write it;
    /// those that are over are dropped.
    /// Throws: http_error where the file is larger than file_bytes_max.
    load_result load(std::string_view file, std::chrono::sys_seconds now);

    /// Returns: all cookies as such a file; those of the session expire at 0. It holds log-ins: let
    /// nobody else read it.
    [[nodiscard]] std::string save(std::chrono::sys_seconds now) const;

    /// Drops the cookies that a browser forgets when it closes: those without a date.
    void forget_session_cookies() noexcept;

    [[nodiscard]] std::size_t size() const noexcept;

private:
    struct state;
    std::unique_ptr<state> state_;
};

}  // namespace troika::http
