// SPDX-License-Identifier: MIT
#include "apps/troika/commands.hpp"
#include "fetch/printable.hpp"
#include "fetch/text_file.hpp"
#include "os/environment.hpp"

#include <troika/core/errors.hpp>
#include <troika/fetch/failure.hpp>
#include <troika/http/static_files.hpp>
#include <troika/loop/run.hpp>
#include <troika/signals/signals.hpp>
#include <troika/tasks/sleep.hpp>
#include <troika/tls/self_signed.hpp>
#include <troika/tls/server.hpp>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace troika::apps {

namespace {

/// Serves files as static_files does, after a pause, and writes a log.
class demonstration final : public http::request_handler {
public:
    explicit demonstration(const serve_command& command)
        : files_(command.directory), delay_(command.delay), access_log_(command.access_log) {}

    task<void> handle(http::server_request& request, http::responder& answer) override {
        if (delay_.count() > 0) co_await sleep(delay_);
        co_await files_.handle(request, answer);
    }

    // The common log format, without a date: what is piped into a log gets one there.
    void answered(const http::access_record& record) override {
        if (!access_log_) return;
        const std::string line =
            record.request.peer().to_string() + " \"" + fetch::printable(record.request.method()) +
            " " + fetch::printable(record.request.target()) + "\" " +
            std::to_string(record.status) + " " + std::to_string(record.body_bytes) + "\n";
        std::fputs(line.c_str(), stderr);
    }

private:
    http::static_files files_;
    std::chrono::nanoseconds delay_;
    bool access_log_;
};

// The hosts that a self-signed certificate is for.
std::vector<std::string> names_of(const serve_command& command) {
    std::vector<std::string> names{"localhost", "127.0.0.1", "::1"};
    const bool any = command.bind == "0.0.0.0" || command.bind == "::";
    if (!any && std::ranges::find(names, command.bind) == names.end())
        names.push_back(command.bind);
    return names;
}

std::optional<tls::server_context> security_of(const serve_command& command) {
    tls::server_options options;
    options.protocols = {"http/1.1"};
    if (command.self_signed) {
        const tls::identity own = tls::self_signed(names_of(command));
        options.certificate = own.certificate;
        options.key = own.key;
        if (!command.certificate_out.empty())
            fetch::write_text_file(command.certificate_out, own.certificate, 0644);
        std::fprintf(stderr, "troika serve: self-signed certificate, SHA-256 %s\n",
                     own.fingerprint.c_str());
    } else if (!command.certificate.empty()) {
        options.certificate_file = command.certificate;
        options.key_file = command.key;
    } else {
        return std::nullopt;
    }
    return tls::server(options);
}

task<void> serve_until_told(const serve_command& command) {
    signals stop({SIGINT, SIGTERM});   // before anybody can know that we are there
    http::server_options options;
    options.rate_max = command.rate;
    const std::optional<tls::server_context> secure = security_of(command);
    if (secure) options.tls = &*secure;
    auto report = [](const std::exception_ptr& error) {
        std::fprintf(stderr, "troika serve: %s\n", fetch::printable(describe(error)).c_str());
    };
    options.on_error = report;
    auto handler = std::make_unique<demonstration>(command);
    const net::endpoint at{command.bind, command.port};
    net::server server = co_await http::serve(at, std::move(handler), options);
    std::printf("%s://%s/\n", secure ? "https" : "http",
                server.local_address().to_string().c_str());
    std::fflush(stdout);
    co_await server.serve_until(std::move(stop));
}

}  // namespace

int run_serve(const serve_command& command) {
    try {
        os::raise_descriptor_limit();   // one for each connection
        run(serve_until_told(command), {.handle_interrupt = false});
        return 0;
    } catch (const tls::error& error) {
        std::fprintf(stderr, "troika serve: %s\n", fetch::printable(error.what()).c_str());
        return static_cast<int>(fetch::cause::tls);
    } catch (const fetch::failure& error) {
        std::fprintf(stderr, "troika serve: %s\n", error.what());
        return static_cast<int>(error.why());
    } catch (const std::system_error& error) {
        const bool directory = error.code() == std::errc::no_such_file_or_directory ||
                               error.code() == std::errc::not_a_directory;
        std::fprintf(stderr, "troika serve: %s%s\n", fetch::printable(error.what()).c_str(),
                     error.code() == std::errc::address_in_use
                         ? "\n  choose another --port, or 0 for a free one"
                         : "");
        return directory ? 3 : 4;
    }
}

}  // namespace troika::apps
