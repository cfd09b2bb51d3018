// SPDX-License-Identifier: MIT
#include "fetch/session.hpp"

#include "fetch/printable.hpp"
#include "fetch/text_file.hpp"

#include <troika/fetch/failure.hpp>
#include <troika/http/error.hpp>
#include <troika/io/offload.hpp>
#include <troika/tls/error.hpp>

#include "os/clock.hpp"
#include "os/file.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace troika::fetch {

namespace {

std::chrono::sys_seconds wall_seconds() {
    return std::chrono::floor<std::chrono::seconds>(os::wall_time());
}

bool exists(const std::string& path) {
    os::file_status status;
    return os::status(path.c_str(), true, status) >= 0;
}

// Whether anything is said about TLS, which must be right from the start.
bool has_tls_wishes(const get_options& options) {
    const tls::client_options usual;
    return options.verify != usual.verify || options.tls_min != usual.version_min ||
           !options.authorities.empty() || !options.certificate.empty() || !options.key.empty();
}

// Says in which file something is wrong.
template <class Parse>
auto parsed(const std::string& path, Parse parse) {
    try {
        return parse();
    } catch (const http::http_error& wrong) {
        throw failure(cause::usage, printable(path) + ": " + printable(wrong.what()));
    }
}

}  // namespace

void session::read_cookies() {
    if (options_.cookies.empty() && options_.cookie_jar.empty()) return;
    cookies_.emplace();
    for (const std::string& each : options_.cookies) {
        // As curl has it: what holds a '=' is cookies, anything else a file of them.
        if (each.contains('=')) {
            if (!cookie_header_.empty()) cookie_header_ += "; ";
            cookie_header_ += parse_user_header("Cookie:" + each).value;
            continue;
        }
        const std::string text = read_text_file(each, http::cookie_jar::file_bytes_max);
        const auto loaded =
            parsed(each, [&] { return cookies_->load(text, wall_seconds()); });
        if (loaded.skipped > 0)
            warnings_.push_back(printable(each) + ": " + std::to_string(loaded.skipped) +
                                " lines hold no cookies and are skipped");
    }
}

http::client_options session::client_options() {
    http::client_options client;
    const auto or_none = [](std::chrono::nanoseconds time) {
        return time.count() > 0 ? time : http::no_timeout;
    };
    client.timeouts.connect = or_none(options_.connect_timeout);
    client.timeouts.first_byte = or_none(options_.stall_timeout);
    client.timeouts.stall = or_none(options_.stall_timeout);
    client.timeouts.total = or_none(options_.time_max);
    client.connections_max = std::size_t{options_.jobs} * options_.splits;
    client.connections_per_origin_max = client.connections_max;
    client.redirects_max = options_.redirects_max;
    client.redirects_to_http = options_.redirects_to_http;
    client.buffer_bytes_max = std::size_t{4} << 20;
    client.user_agent = options_.user_agent;
    client.proxies = options_.proxies;
    client.cookies = cookies_ ? &*cookies_ : nullptr;
    client.hsts = hsts_ ? &*hsts_ : nullptr;
    client.logins = logins_ ? &*logins_ : nullptr;
    // Without wishes the client makes a context when it first connects over https: to set up
    // OpenSSL takes as long as all else that a small download over http does.
    if (has_tls_wishes(options_)) {
        tls::client_options secure;
        secure.verify = options_.verify;
        secure.authorities_file = options_.authorities;
        // Whoever names an authority means that one.
        secure.system_trust = options_.authorities.empty();
        secure.certificate_file = options_.certificate;
        secure.key_file = options_.key;
        secure.version_min = options_.tls_min;
        secure.protocols = {"http/1.1"};
        client.tls = tls::client(secure);
    }
    return client;
}

task<void> session::open() {
    authorization_ = authorization_for(options_);
    auto read = [this] {
        if (!options_.verify)
            warnings_.push_back(
                "-k: servers need not prove who they are; anybody on the way can read and change "
                "what comes");
        if (!options_.netrc.empty())
            logins_ = parsed(options_.netrc, [&] {
                return http::netrc::parse(
                    read_text_file(options_.netrc, http::netrc::bytes_max));
            });
        read_cookies();
        if (!options_.hsts.empty()) {
            hsts_.emplace();
            if (exists(options_.hsts)) {
                const std::string text =
                    read_text_file(options_.hsts, http::hsts_store::file_bytes_max);
                parsed(options_.hsts, [&] { return hsts_->load(text, wall_seconds()); });
            }
        }
        if (!options_.checksums.empty())
            checksums_ = checksum_list::parse(
                read_text_file(options_.checksums, checksum_list::bytes_max), options_.checksums);
        return client_options();
    };
    std::optional<http::client_options> ready;
    std::optional<failure> refused;
    try {
        ready = co_await io::offload("read settings", read);
    } catch (const tls::error& wrong) {
        std::string which;
        if (!options_.certificate.empty())
            which = " (--cert " + printable(options_.certificate) + ", --key " +
                    printable(options_.key) + ")";
        refused = failure(cause::tls, printable(wrong.what()) + which);
    }
    if (refused) throw failure(*refused);
    client_.emplace(std::move(*ready));
}

task<void> session::save() {
    auto write = [this] {
        // Log-ins are nobody else's business.
        if (cookies_ && !options_.cookie_jar.empty())
            write_text_file(options_.cookie_jar, cookies_->save(wall_seconds()), 0600);
        if (hsts_ && !options_.hsts.empty())
            write_text_file(options_.hsts, hsts_->save(wall_seconds()), 0644);
    };
    if (cookies_ || hsts_) co_await io::offload("write settings", write);
}

}  // namespace troika::fetch
