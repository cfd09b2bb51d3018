// SPDX-License-Identifier: MIT
#include "fetch/client_failure.hpp"

#include "fetch/printable.hpp"

#include <troika/core/errors.hpp>
#include <troika/http/client_error.hpp>
#include <troika/http/error.hpp>
#include <troika/http/status.hpp>
#include <troika/tls/error.hpp>

#include <system_error>

namespace troika::fetch {

namespace {

failure tls_failure(std::string_view url, tls::errc reason, std::string_view what) {
    using tls::errc;
    std::string advice;
    bool transient = false;
    switch (reason) {
        case errc::certificate_untrusted:
            advice = " (--cacert FILE)";
            break;
        case errc::certificate_required:
        case errc::certificate_refused:
            advice = "; give one with --cert and --key";
            break;
        case errc::version_mismatch:
            advice = "; see --tls-min";
            break;
        case errc::certificate_expired:
        case errc::certificate_not_yet_valid:
            advice = "; check the clock, or ask those who run the server";
            break;
        case errc::host_mismatch:
            advice = "; check the host in the URL";
            break;
        case errc::not_tls:
            advice = "; is it http, or another port?";
            break;
        // The peer may have been restarted in the middle, or a byte was changed on the way.
        case errc::handshake_failed:
        case errc::truncated:
        case errc::protocol_violated:
            transient = true;
            break;
        default: break;
    }
    return {cause::tls, "get " + printable(redacted(url)) + ": " + printable(what) + advice,
            transient};
}

}  // namespace

failure client_failure(const std::exception_ptr& error, const attempt_state& attempt,
                       const get_options& options) {
    const std::string_view url = attempt.url;
    try {
        std::rethrow_exception(error);
    } catch (const failure& known) {
        return known;
    } catch (const http::client_timeout& late) {
        switch (late.phase()) {
            case http::client_phase::connect:
                return timeout_failure(time_limit::connect, url, options.connect_timeout);
            case http::client_phase::first_byte:
            case http::client_phase::stall:
                return timeout_failure(time_limit::stall, url, options.stall_timeout);
            case http::client_phase::total: break;
        }
        return timeout_failure(time_limit::total, url, options.time_max);
    } catch (const http::unsupported_scheme& wrong) {
        return scheme_failure(wrong.url(), true);
    } catch (const http::url_error& wrong) {
        return url_failure(url, wrong.what());
    } catch (const http::protocol_error& wrong) {
        if (wrong.code() == http::errc::truncated_body)
            return truncated_failure(url, attempt.bytes, attempt.total);
        if (wrong.code() == http::errc::closed_before_message ||
            wrong.code() == http::errc::truncated_head)
            return {cause::network,
                    printable(redacted(url)) + ": " + printable(wrong.what()) +
                        "; run the same command again",
                    true};
        return protocol_failure(url, wrong.what());
    } catch (const http::proxy_error& refused) {
        const bool login = refused.status() == http::status::proxy_authentication_required;
        const std::string advice = login ? "; give them in --proxy http://USER:PASSWORD@HOST" : "";
        return {login ? cause::authentication : cause::network,
                printable(redacted(url)) + ": " + printable(refused.what()) + advice,
                is_transient_status(refused.status())};
    } catch (const http::http_error& wrong) {
        // Of a proxy that the environment names; those of the command line were looked at before.
        if (wrong.code() == http::errc::invalid_proxy ||
            wrong.code() == http::errc::invalid_credentials ||
            wrong.code() == http::errc::unsupported_scheme)
            return {cause::usage, printable(redacted(url)) + ": " + printable(wrong.what())};
        return protocol_failure(url, wrong.what());
    } catch (const tls::error& wrong) {
        return tls_failure(url, wrong.reason(), wrong.what());
    } catch (const timeout_error& late) {
        return {cause::timeout, printable(redacted(url)) + ": " + printable(late.what()), true};
    } catch (const std::system_error& wrong) {
        // After the handshake; with TLS 1.3 a server looks at our certificate only then.
        if (wrong.code().category() == tls::category())
            return tls_failure(url, static_cast<tls::errc>(wrong.code().value()), wrong.what());
        return network_failure("fetch", url, wrong.code());
    } catch (const std::exception& other) {
        return {cause::other, printable(redacted(url)) + ": " + printable(other.what())};
    }
}

}  // namespace troika::fetch
