// SPDX-License-Identifier: MIT
#include <troika/fetch/failure.hpp>

#include "fetch/human.hpp"
#include "fetch/printable.hpp"

#include <troika/http/status.hpp>

#include <algorithm>
#include <bit>
#include <iterator>

namespace troika::fetch {
namespace {

constexpr std::string_view server_advice = "; the server is at fault: try later, or a mirror";

std::string shown(std::string_view url) { return printable(redacted(url)); }

std::string_view file_advice(std::error_code error) {
    if (error == std::errc::no_space_on_device)
        return "; free some space and run the same command again: it resumes";
    if (error == std::errc::permission_denied || error == std::errc::operation_not_permitted)
        return "; choose a directory that you may write to with -d DIR";
    if (error == std::errc::read_only_file_system) return "; choose another directory with -d DIR";
    if (error == std::errc::file_exists)
        return "; keep both with --rename, or replace it with --overwrite";
    if (error == std::errc::is_a_directory) return "; give the file another name with -o or out=";
    if (error == std::errc::not_a_directory || error == std::errc::no_such_file_or_directory)
        return "; check the directory given with -d, -o or out=";
    if (error == std::errc::filename_too_long) return "; give a shorter name with -o or out=";
    if (error == std::errc::too_many_files_open ||
        error == std::errc::too_many_files_open_in_system)
        return "; raise the limit with `ulimit -n`, or ask for fewer files at once with -j";
    if (error == std::errc::file_too_large)
        return "; the file system does not take files of this size: choose another with -d DIR";
    if (error == std::errc::io_error)
        return "; check the disk, or choose another with -d DIR, and run the same command again";
    return "";
}

std::string_view network_advice(std::error_code error) {
    if (error == std::errc::connection_refused)
        return "; is the server running, and is the port right?";
    if (error == std::errc::network_unreachable || error == std::errc::host_unreachable)
        return "; check the network connection";
    if (error == std::errc::too_many_files_open ||
        error == std::errc::too_many_files_open_in_system)
        return "; raise the limit with `ulimit -n`, or ask for fewer files at once with -j";
    if (error == std::errc::connection_reset || error == std::errc::broken_pipe)
        return "; run the same command again";
    return "";
}

bool is_transient(std::error_code error) {
    if (error.category() != std::generic_category() && error.category() != std::system_category())
        return error == std::errc::resource_unavailable_try_again;   // of a name: only "try again"
    for (const std::errc lasting :
         {std::errc::permission_denied, std::errc::operation_not_permitted,
          std::errc::address_family_not_supported, std::errc::protocol_not_supported,
          std::errc::invalid_argument, std::errc::operation_canceled})
        if (error == lasting) return false;
    return true;
}

std::string_view status_advice(int status) {
    namespace s = http::status;
    if (status == s::proxy_authentication_required)
        return "; the proxy wants to know who you are: --proxy http://USER:PASSWORD@HOST:PORT";
    if (status == s::unauthorized)
        return "; the server wants to know who you are: see --netrc, -u and --bearer";
    if (status == s::forbidden) return "; the server does not let you have it";
    if (status == s::not_found || status == 410) return "; check the spelling of the URL";
    if (status == s::too_many_requests) return "; ask for fewer files at once with --per-host";
    if (is_transient_status(status) || status >= 500) return "; try again later";
    return status >= 400 ? "; check the URL" : server_advice;
}

}  // namespace

std::string_view to_string(cause why) noexcept {
    switch (why) {
        case cause::other: return "other";
        case cause::usage: return "usage";
        case cause::file: return "file";
        case cause::network: return "network";
        case cause::tls: return "tls";
        case cause::authentication: return "authentication";
        case cause::protocol: return "protocol";
        case cause::http_status: return "http_status";
        case cause::checksum: return "checksum";
        case cause::timeout: return "timeout";
    }
    return "other";
}

failure file_failure(std::string_view operation, std::string_view path, std::error_code error) {
    std::string message(operation);
    message.append(" ").append(printable(path)).append(": ").append(error.message());
    return {cause::file, message.append(file_advice(error))};
}

failure network_failure(std::string_view operation, std::string_view url, std::error_code error) {
    std::string message(operation);
    message.append(" ").append(shown(url)).append(": ").append(error.message());
    const cause why = error == std::errc::timed_out ? cause::timeout : cause::network;
    return {why, message.append(network_advice(error)), is_transient(error)};
}

failure truncated_failure(std::string_view url, std::uint64_t received,
                          std::optional<std::uint64_t> expected) {
    std::string message = "receive " + shown(url) + ": the server closed the connection after " +
                          std::to_string(received);
    if (expected) message += " of " + std::to_string(*expected);
    return {cause::network, message + " bytes; run the same command again, it goes on if it can",
            true};
}

failure timeout_failure(time_limit limit, std::string_view url, std::chrono::nanoseconds time) {
    const std::string passed = human_duration(time);
    switch (limit) {
        case time_limit::connect:
            return {cause::timeout,
                    "connect " + shown(url) + ": no connection within " + passed +
                        "; allow more time with --connect-timeout",
                    true};
        case time_limit::stall:
            return {cause::timeout,
                    "receive " + shown(url) + ": nothing came for " + passed +
                        "; allow more time with --stall-timeout",
                    true};
        case time_limit::total: break;
    }
    return {cause::timeout, "get " + shown(url) + ": not done within " + passed +
                                "; run the same command again to resume, or raise --max-time"};
}

failure status_failure(std::string_view url, int status) {
    namespace s = http::status;
    const bool access = status == s::unauthorized || status == s::forbidden ||
                        status == s::proxy_authentication_required;
    const cause why = access          ? cause::authentication
                      : status >= 400 ? cause::http_status
                                      : cause::protocol;
    std::string message = "get " + shown(url) + ": the server answered " + std::to_string(status);
    if (const std::string_view phrase = http::reason_phrase(status); !phrase.empty())
        message.append(" ").append(phrase);
    return {why, message.append(status_advice(status)), is_transient_status(status)};
}

failure protocol_failure(std::string_view url, std::string_view what) {
    std::string message = "get " + shown(url) + ": " + printable(what);
    return {cause::protocol, message.append(server_advice)};
}

failure checksum_failure(std::string_view url, std::string_view expected, std::string_view actual,
                         std::string_view kept_as) {
    std::string message = "verify " + shown(url) + ": expected " + printable(expected) +
                          ", but what came has " + printable(actual);
    if (!kept_as.empty()) message += "; it is kept as " + printable(kept_as);
    return {cause::checksum, message};
}

failure scheme_failure(std::string_view url, bool redirected) {
    std::string message = "get " + shown(url) + ": ";
    if (redirected) message += "the server redirects there, but ";
    message += "only http and https URLs can be downloaded";
    return {redirected ? cause::protocol : cause::usage, message};
}

failure url_failure(std::string_view url, std::string_view what) {
    return {cause::usage, "URL " + shown(url) + ": " + printable(what)};
}

bool is_transient_status(int status) noexcept {
    namespace s = http::status;
    constexpr int transient[] = {s::request_timeout,       s::too_early,   s::too_many_requests,
                                 s::internal_server_error, s::bad_gateway, s::service_unavailable,
                                 s::gateway_timeout};
    return std::ranges::find(transient, status) != std::end(transient);
}

void exit_status::add(cause why) noexcept { seen_ |= 1u << static_cast<unsigned>(why); }

int exit_status::code() const noexcept {
    if (signal_ != 0) return 128 + signal_;
    const std::uint32_t specific = seen_ & ~(1u << static_cast<unsigned>(cause::other));
    if (specific != 0) return std::countr_zero(specific);
    return seen_ == 0 ? 0 : 1;
}

}  // namespace troika::fetch
