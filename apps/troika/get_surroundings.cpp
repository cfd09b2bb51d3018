// SPDX-License-Identifier: MIT
#include "apps/troika/get_surroundings.hpp"

#include "fetch/printable.hpp"
#include "os/environment.hpp"
#include "os/file.hpp"
#include "os/signal.hpp"

#include <troika/fetch/failure.hpp>
#include <troika/http/error.hpp>
#include <troika/http/proxy.hpp>

#include <csignal>
#include <optional>
#include <string>
#include <string_view>

namespace troika::apps {

namespace {

// The list of failures is emptied before the list of downloads was read to its end.
void check_lists(const fetch::get_options& options) {
    os::file_status read, written;
    const bool both = os::status(options.list.c_str(), true, read) >= 0 &&
                      os::status(options.failed_out.c_str(), true, written) >= 0;
    if (both && read.device == written.device && read.inode == written.inode)
        throw fetch::failure(fetch::cause::usage,
                             "--failed-out would overwrite the list that is read: name another "
                             "file");
}

// Takes from the environment what the command line leaves open.
void look_around(const surroundings& said, const environment_lookup& environment,
                 fetch::get_options& options) {
    const auto variable = [&environment](std::string_view name) {
        return environment(std::string(name).c_str());
    };
    if (said.proxy && said.proxy->empty()) {
        options.proxies = {};
    } else if (said.proxy) {
        const std::string direct = said.direct.value_or("");
        options.proxies = http::proxy_settings(http::proxy::parse(*said.proxy),
                                               http::proxy_exceptions(direct, "--noproxy"));
    } else {
        const auto read = [&](std::string_view name) -> std::optional<std::string> {
            const bool exceptions = name == "no_proxy" || name == "NO_PROXY";
            return exceptions && said.direct ? said.direct : variable(name);
        };
        options.proxies = http::proxy_settings::from_environment(read);
    }
    if (!said.netrc || !options.netrc.empty()) return;
    const std::optional<std::string> home = variable("HOME");
    options.netrc = variable("NETRC").value_or(home.value_or(".") + "/.netrc");
}

// Throws: fetch::failure where so many files may not be open.
void raise_limit(const fetch::get_options& options) {
    const std::size_t wanted = fetch::descriptors_max(options);
    if (os::get_descriptor_limits().soft >= wanted || os::raise_descriptor_limit() >= wanted)
        return;
    throw fetch::failure(
        fetch::cause::usage,
        "-j " + std::to_string(options.jobs) + " and -s " + std::to_string(options.splits) +
            " need " + std::to_string(wanted) + " open files, and the limit is " +
            std::to_string(os::get_descriptor_limits().soft) +
            ": use smaller ones, or raise the limit (ulimit -Hn)");
}

}  // namespace

fetch::get_options ready_options(const get_command& command,
                                 const environment_lookup& environment) {
    fetch::get_options options = command.options;
    try {
        look_around(command.around, environment, options);
    } catch (const http::http_error& error) {
        throw fetch::failure(fetch::cause::usage, fetch::printable(error.what()));
    }
    check_lists(options);
    fetch::check_options(options);
    os::ignore_sigpipe();
    // A file may not grow: the write says so. A terminal may not like writing from the background:
    // a message is no reason to stop. That the program goes on is asked for at each tick.
    os::set_blocked({SIGXFSZ, SIGTTOU, SIGCONT}, true);
    raise_limit(options);
    return options;
}

}  // namespace troika::apps
