// SPDX-License-Identifier: MIT
#pragma once

#include <troika/fetch/checksum.hpp>
#include <troika/fetch/exec_hook.hpp>
#include <troika/fetch/input_list.hpp>
#include <troika/fetch/retry_policy.hpp>
#include <troika/http/proxy.hpp>
#include <troika/tls/version.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troika::fetch {

/// What to do where a file of the wanted name exists already.
enum class existing_file : std::uint8_t {
    keep_if_same,   // ask the server: unchanged is done, anything else is refused
    renew,          // --if-changed: ask the server, and replace it if that has another one
    overwrite,      // fetch, and replace it when the new one is whole
    keep,           // --no-clobber: leave it, and do not even ask
    rename,         // fetch under the next free numbered name
};

/// A header of the user's for every request.
struct user_header {
    std::string name;
    std::string value;

    friend bool operator==(const user_header&, const user_header&) = default;
};

/// Reads `Name: value` as -H takes it.
/// Throws: failure (usage) for what is not a header, could smuggle another one in (control
/// characters), or belongs to the downloader itself, as Range does.
[[nodiscard]] user_header parse_user_header(std::string_view text);

/// Everything that `troika get` can be told; the defaults are those of the command.
struct get_options {
    static constexpr std::uint32_t jobs_max = 10'000;
    static constexpr std::uint32_t redirects_limit = 50;

    get_options() = default;

    // what, and where to
    std::vector<std::string> urls;
    std::vector<list_entry> entries;    // downloads with more than a URL: see plan
    std::string list;                   // -i: a file of downloads, "-" is standard input
    std::string metalink;               // --metalink: a Metalink 4 document, a file
    std::string output;                 // -o: the name of the only file, "-" is standard output
    std::string directory;              // -d: made if it is not there; empty is the current one
    std::optional<checksum> expected;   // of the only file
    std::string checksums;              // --checksums: a list such as SHA256SUMS, a file
    bool remote_name = false;           // -J: name the file as Content-Disposition says
    existing_file existing = existing_file::keep_if_same;

    // how much at once
    std::uint32_t jobs = 8;
    std::uint32_t per_host = 4;   // files
    std::uint32_t splits = 1;     // connections for one file
    std::uint64_t split_min = std::uint64_t{20} << 20;   // bytes of a part
    std::uint64_t rate_max = 0;                          // bytes per second in all; 0 is no limit
    std::uint64_t file_rate_max = 0;                     // the same for each file

    // how patiently; a time of zero is no limit
    std::chrono::nanoseconds connect_timeout = std::chrono::seconds(10);
    std::chrono::nanoseconds stall_timeout = std::chrono::seconds(30);
    std::chrono::nanoseconds time_max{0};
    retry_policy retry;
    bool fail_fast = false;   // the first failure ends the run

    // how it is written
    bool resume = true;
    bool sync = true;        // fsync before a file gets its name
    bool keep_time = true;   // the file's time is the server's

    // what is asked
    std::vector<user_header> headers;
    std::string user_agent;   // empty: none is sent
    std::uint32_t redirects_max = 10;
    bool redirects_to_http = false;   // also from https
    bool compressed = false;          // bodies may be coded, and are decoded
    bool dry_run = false;             // ask, and fetch nothing

    // who we are, to whom
    std::string user;     // -u: name:password
    std::string bearer;   // a token
    std::string netrc;    // a file of log-ins; empty: none
    http::proxy_settings proxies;
    std::vector<std::string> cookies;   // -b: NAME=VALUE pairs, or files
    std::string cookie_jar;             // where cookies are written at the end
    std::string hsts;                   // a file of hosts that want https, read and written

    // whom we trust
    std::string authorities;   // --cacert: a file
    std::string certificate;   // --cert, --key: files
    std::string key;
    bool verify = true;        // false: -k
    tls::version tls_min = tls::version::tls_1_2;

    // what follows
    std::string failed_out;               // a list of what failed
    std::optional<exec_hook> exec;        // run for every file that is whole

    // what is said: by get(), and by the command
    std::chrono::nanoseconds progress_interval = std::chrono::milliseconds(500);
    bool quiet = false;
    bool verbose = false;
    bool json = false;
    bool progress = true;
};

/// The credentials of -u: `name:password`, or a name alone.
/// Throws: failure (usage), without showing them, where they cannot be sent.
[[nodiscard]] std::string authorization_for(const get_options& options);

/// Checks what the options say together.
/// Throws: failure (usage): nothing to get; one name or checksum for several files; standard output
/// wanted twice; limits out of range.
void check_options(const get_options& options);

/// How many descriptors a run with `options` may have open at once: what the limit on open files
/// must allow, and no more than was asked for.
[[nodiscard]] std::size_t descriptors_max(const get_options& options) noexcept;

}  // namespace troika::fetch
