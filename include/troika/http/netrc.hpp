// SPDX-License-Identifier: MIT
#pragma once

#include <troika/http/basic_auth.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troika::http {

/// The log-ins of a netrc file: which user name and password to show to which host.
///
/// The file is a list of words: `machine HOST login NAME password WORD`, or `default` for hosts
/// that are not named; `account WORD` is read and not used, `macdef NAME` is skipped up to the next
/// empty line. A value in double quotes may hold spaces; a backslash in it makes `\n`, `\r` and
/// `\t` control characters and takes every other character as it is. A `#` that begins a word makes
/// the rest of its line a comment.
/// Thread: none of its own.
/// Source: the manuals of ftp(1) and curl(1).
class netrc {
public:
    static constexpr std::size_t bytes_max = std::size_t{1024} * 1024;

    /// Throws: http_error that names the line, never what stands there: a word that is not known, a
    /// value that is missing, a quote that is not closed, a control character, more than bytes_max
    /// bytes.
    [[nodiscard]] static netrc parse(std::string_view text);

    /// Returns: the first entry for exactly this host, whatever the case of its letters, otherwise
    /// the first `default`; what the file does not say is empty.
    /// Lifetime: as long as this object, unchanged.
    [[nodiscard]] std::optional<credentials> lookup(std::string_view host) const& noexcept;

    /// The same among the entries for the user `login`, and those that name no user.
    /// Returns: `login`, as the caller gave it, and the password.
    /// Lifetime: as long as this object, unchanged, and `login`.
    [[nodiscard]] std::optional<credentials> lookup(std::string_view host,
                                                    std::string_view login) const& noexcept;

    /// As lookup(host), without `default`.
    [[nodiscard]] std::optional<credentials> lookup_named(std::string_view host) const& noexcept;

    std::optional<credentials> lookup(std::string_view) const&& = delete;
    std::optional<credentials> lookup(std::string_view, std::string_view) const&& = delete;
    std::optional<credentials> lookup_named(std::string_view) const&& = delete;

private:
    friend class netrc_reader;

    struct entry {
        bool is_default = false;
        std::string host;
        std::optional<std::string> login;
        std::string password;
    };

    [[nodiscard]] const entry* find(std::string_view host,
                                    std::optional<std::string_view> login) const noexcept;

    std::vector<entry> entries_;
};

}  // namespace troika::http
