// SPDX-License-Identifier: MIT
#include "apps/troika/commands.hpp"
#include "fetch/printable.hpp"
#include "os/environment.hpp"

#include <troika/core/errors.hpp>
#include <troika/http/static_files.hpp>
#include <troika/loop/run.hpp>
#include <troika/signals/signals.hpp>
#include <troika/tasks/sleep.hpp>

#include <csignal>
#include <cstdio>
#include <string>
#include <utility>
#include <system_error>

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

task<void> serve_until_told(const serve_command& command) {
    signals stop({SIGINT, SIGTERM});   // before anybody can know that we are there
    http::server_options options;
    options.rate_max = command.rate;
    auto report = [](const std::exception_ptr& error) {
        std::fprintf(stderr, "troika serve: %s\n", fetch::printable(describe(error)).c_str());
    };
    options.on_error = report;
    auto handler = std::make_unique<demonstration>(command);
    const net::endpoint at{command.bind, command.port};
    net::server server = co_await http::serve(at, std::move(handler), options);
    std::printf("http://%s/\n", server.local_address().to_string().c_str());
    std::fflush(stdout);
    co_await server.serve_until(std::move(stop));
}

}  // namespace

int run_serve(const serve_command& command) {
    try {
        os::raise_descriptor_limit();   // one for each connection
        run(serve_until_told(command), {.handle_interrupt = false});
        return 0;
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
