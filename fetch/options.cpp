// SPDX-License-Identifier: MIT
#include <troika/fetch/options.hpp>

#include "fetch/printable.hpp"
#include "fetch/segment_plan.hpp"

#include <troika/fetch/failure.hpp>
#include <troika/http/authorization.hpp>
#include <troika/http/error.hpp>

#include <algorithm>
#include <iterator>

namespace troika::fetch {
namespace {

bool is_token_character(char c) noexcept {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("!#$%&'*+-.^_`|~").contains(c);
}

bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
    const auto lower = [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    };
    return std::ranges::equal(a, b, {}, lower, lower);
}

[[noreturn]] void refuse(const std::string& what) { throw failure(cause::usage, what); }

// Headers that decide about framing, the connection or resuming. Accept-Encoding is one: a coded
// body could neither be resumed nor compared with a checksum.
constexpr std::string_view own_headers[] = {
    "accept-encoding",   "connection",       "content-length", "expect", "if-range",
    "keep-alive",        "proxy-connection", "range",          "te",     "trailer",
    "transfer-encoding", "upgrade",
};

}  // namespace

user_header parse_user_header(std::string_view text) {
    const std::string shown = "-H '" + printable(text.substr(0, text.find(':'))) + "'";
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) refuse(shown + ": write 'Name: value'");
    const std::string_view name = text.substr(0, colon);
    if (name.empty() || !std::ranges::all_of(name, is_token_character))
        refuse(shown + ": a header's name is made of letters, digits and dashes");
    if (std::ranges::any_of(own_headers,
                            [&](std::string_view own) { return equal_ignoring_case(name, own); }))
        refuse(shown + ": this header is the downloader's own and cannot be set");

    std::string_view value = text.substr(colon + 1);
    value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
    value = value.substr(0, value.find_last_not_of(" \t") + 1);
    if (std::ranges::any_of(value,
                            [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7f; }))
        refuse(shown + ": the value holds a control character");   // not shown: it may be a secret
    return {std::string(name), std::string(value)};
}

std::string authorization_for(const get_options& options) {
    try {
        if (!options.bearer.empty()) return http::bearer_authorization(options.bearer);
        if (options.user.empty()) return {};
        const std::size_t colon = options.user.find(':');
        const std::string_view user = options.user;
        return http::basic_authorization(
            {.user = user.substr(0, colon),
             .password = colon == user.npos ? std::string_view() : user.substr(colon + 1)});
    } catch (const http::http_error& wrong) {
        refuse((options.bearer.empty() ? "-u: " : "--bearer: ") + std::string(wrong.what()));
    }
}

namespace {

void check_transport(const get_options& options) {
    if (!options.user.empty() && !options.bearer.empty())
        refuse("-u and --bearer both say who you are: choose one");
    static_cast<void>(authorization_for(options));
    if (options.certificate.empty() != options.key.empty())
        refuse("--cert and --key come together: a certificate, and the key that belongs to it");
    if (options.compressed && options.splits > 1)
        refuse("--compressed and -s contradict each other: a coded body has no parts");
    if (options.compressed && options.output != "-" && options.expected)
        refuse("--compressed and a checksum contradict each other: servers code as they like");
    const std::string most = std::to_string(segment_plan::connections_max);
    if (options.splits < 1 || options.splits > segment_plan::connections_max)
        refuse("-s takes a number from 1 to " + most);
    if (options.split_min < 64 * 1024) refuse("--min-split takes a size of at least 64k");
    if (!options.failed_out.empty() && options.failed_out == options.list)
        refuse("--failed-out would overwrite the list that is read: name another file");
}

}  // namespace

void check_options(const get_options& options) {
    if (options.urls.empty() && options.entries.empty() && options.list.empty() &&
        options.metalink.empty())
        refuse("there is nothing to get: give a URL, or a list of them with -i FILE");
    check_transport(options);
    const bool several = options.urls.size() + options.entries.size() > 1 ||
                         !options.list.empty() || !options.metalink.empty();
    if (several && !options.output.empty())
        refuse("-o names one file, but several are asked for: use -d DIR, or out=NAME in a list");
    if (several && options.expected)
        refuse(
            "one checksum cannot hold for several files: write sha256=DIGITS beside each URL in "
            "a list (-i)");
    if (options.output == "-") {
        if (options.json) refuse("-o - and --json both write to standard output: choose one");
        if (!options.directory.empty()) refuse("-d has no meaning when the file goes to -o -");
        if (options.existing != existing_file::keep_if_same)
            refuse(
                "--overwrite, --no-clobber, --rename and --if-changed have no meaning when the "
                "file goes to -o -");
        if (options.exec) refuse("--exec has no file to work on when it goes to -o -");
    }
    if (options.remote_name && !options.output.empty())
        refuse("-o and -J both name the file: choose one");
    if (options.quiet && options.verbose) refuse("-q and -v contradict each other: choose one");
    const std::string limit = std::to_string(get_options::jobs_max);
    if (options.jobs < 1 || options.jobs > get_options::jobs_max)
        refuse("-j takes a number from 1 to " + limit);
    if (options.per_host < 1 || options.per_host > get_options::jobs_max)
        refuse("--per-host takes a number from 1 to " + limit);
    if (options.redirects_max > get_options::redirects_limit)
        refuse("--max-redirs takes a number up to " + std::to_string(get_options::redirects_limit));
}

std::size_t descriptors_max(const get_options& options) noexcept {
    constexpr std::size_t each =
        3;   // a socket, the file, and for moments a journal or a directory
    constexpr std::size_t base =
        64;   // standard streams, the loop's own, idle connections, lookups
    return base + (each + options.splits - 1) * options.jobs;
}

}  // namespace troika::fetch
