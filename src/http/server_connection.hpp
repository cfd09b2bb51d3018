// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/intrusive_list.hpp>
#include <troika/core/cancel_scope.hpp>
#include <troika/http/server.hpp>
#include <troika/net/stream.hpp>

#include <chrono>
#include <string>

namespace troika::http {

class server_connection;

/// What the connections of one server share.
class server_state {
public:
    server_state(std::unique_ptr<request_handler> handler, const server_options& options)
        : handler_(std::move(handler)), options_(options) {}

    [[nodiscard]] request_handler& handler() noexcept { return *handler_; }
    [[nodiscard]] const server_options& options() const noexcept { return options_; }
    /// The Date header's value at `now`; written anew once a second.
    [[nodiscard]] std::string_view date(time_point now);
    void report(const std::exception_ptr& error) const;

    void add(server_connection& connection) noexcept { connections_.push_back(connection); }
    /// Ends the connections that are between two requests, and the others after the one they have.
    void drain() noexcept;
    [[nodiscard]] bool draining() const noexcept { return draining_; }

private:
    std::unique_ptr<request_handler> handler_;
    server_options options_;
    intrusive_list<server_connection> connections_;
    bool draining_ = false;
    std::string date_;
    time_point date_valid_until_{};
};

/// One connection of a server: reads requests, has them answered, one after the other.
///
/// Deadlines are those of one scope around the connection: each phase moves its deadline, so that
/// no timer is made or dropped for a request.
class server_connection : public list_hook<> {
public:
    server_connection(net::stream peer, server_state& shared);
    server_connection(const server_connection&) = delete;
    server_connection& operator=(const server_connection&) = delete;
    ~server_connection() { intrusive_list<server_connection>::remove(*this); }

    /// Serves until either side ends it.
    task<void> run();

    /// Ends it now if it is between two requests.
    void end_if_idle() noexcept;

private:
    friend class server_request;
    friend class responder;

    task<bool> read_head();
    task<void> answer();
    task<void> refuse(int status);
    task<bool> skip_rest_of_body();
    task<void> linger();
    task<void> flush();
    task<void> send_limited(std::string_view bytes);
    void await_progress() noexcept;

    server_state& shared_;
    net::stream peer_;
    request_parser parser_;
    server_request request_;
    responder answer_;
    std::string out_;             // what is to be sent next: a head, and what fits behind it
    cancel_scope* deadline_ = nullptr;
    bool idle_ = false;           // nothing of the next request is here
    bool body_over_ = true;       // of the request
    bool continue_owed_ = false;
    time_point pause_until_{};    // of a limited rate
};

}  // namespace troika::http
