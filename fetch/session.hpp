// SPDX-License-Identifier: MIT
#pragma once

#include "fetch/checksum_list.hpp"

#include <troika/core/task.hpp>
#include <troika/fetch/options.hpp>
#include <troika/http/client.hpp>
#include <troika/http/cookie_jar.hpp>
#include <troika/http/hsts.hpp>
#include <troika/http/netrc.hpp>

#include <optional>
#include <string>
#include <vector>

namespace troika::fetch {

/// What a run needs besides the list of files: the client, and all that it reads from files before
/// and writes to files at the end. Thread: the loop's.
class session {
public:
    /// Lifetime: `options` as long as the session.
    explicit session(const get_options& options) : options_(options) {}

    /// Reads log-ins, cookies, hosts and checksums, and makes the client. Called once.
    /// Throws: failure (usage, file, tls) that names the file.
    task<void> open();
    /// Writes cookies and hosts, each file whole or not at all. Throws: failure (file).
    task<void> save();

    /// Requires: open().
    [[nodiscard]] http::client& client() noexcept { return *client_; }
    /// The value of Authorization for hosts that the user names; empty: none.
    [[nodiscard]] const std::string& authorization() const noexcept { return authorization_; }
    /// Cookies that the user gave as text, for every request; empty: none.
    [[nodiscard]] const std::string& cookie_header() const noexcept { return cookie_header_; }
    /// The checksums of --checksums, if there are any.
    [[nodiscard]] const std::optional<checksum_list>& checksums() const noexcept {
        return checksums_;
    }
    /// What is worth a word before a run: -k, cookies that could not be read. One line each.
    [[nodiscard]] const std::vector<std::string>& warnings() const noexcept { return warnings_; }

private:
    void read_cookies();
    [[nodiscard]] http::client_options client_options();

    const get_options& options_;
    std::string authorization_;
    std::optional<http::cookie_jar> cookies_;
    std::optional<http::hsts_store> hsts_;
    std::optional<http::netrc> logins_;
    std::optional<checksum_list> checksums_;
    std::vector<std::string> warnings_;
    std::string cookie_header_;   // pairs given with -b
    std::optional<http::client> client_;
};

}  // namespace troika::fetch
