// SPDX-License-Identifier: MIT
#include "http/connector.hpp"

#include <troika/core/cancel_scope.hpp>
#include <troika/core/errors.hpp>
#include <troika/core/task_owner.hpp>
#include <troika/http/basic_auth.hpp>
#include <troika/http/client_error.hpp>
#include <troika/http/message_parser.hpp>
#include <troika/http/message_writer.hpp>
#include <troika/http/status.hpp>
#include <troika/net/connect.hpp>

#include <system_error>
#include <utility>

namespace troika::http {

namespace {

std::string authority_of(const route& to) {
    const bool is_ipv6 = to.host.find(':') != to.host.npos;
    const std::string host = is_ipv6 ? "[" + to.host + "]" : to.host;
    return host + ":" + std::to_string(to.port);
}

std::string tunnel_request(const route& to, const client_options& options) {
    headers fields;
    if (!options.user_agent.empty()) fields.add("User-Agent", options.user_agent);
    if (const auto login = to.via->credentials())
        fields.add("Proxy-Authorization", basic_authorization(*login));
    const std::string authority = authority_of(to);
    std::string text;
    append_request_head(text, {.method = "CONNECT", .target = authority, .host = authority},
                        fields);
    return text;
}

tls::client_context usual_context() {
    tls::client_options usual;
    usual.protocols = {"http/1.1"};
    return tls::client(usual);
}

[[noreturn]] void throw_refusal(const route& to, const response_head& answer) {
    std::string what = "the proxy " + to.via->to_string() + " refuses a tunnel to " +
                       authority_of(to) + ": " + std::to_string(answer.status) + " " +
                       std::string(reason_phrase(answer.status));
    if (answer.status == status::proxy_authentication_required)
        what += to.via->credentials() ? " (it does not accept the user name and password)"
                                      : " (it requires a user name and a password)";
    throw proxy_error(answer.status, what);
}

task<net::stream> open_plain(std::string host, std::uint16_t port) {
    net::connect_options patient;
    patient.connect_timeout = duration::max();   // the caller's deadline is for all of it
    const net::endpoint where{host, port};
    co_return co_await net::open_connection(where, patient);
}

// Throws: std::system_error that says that it is the proxy, which nobody has in mind.
task<net::stream> reach_proxy(const proxy& via) {
    try {
        co_return co_await open_plain(via.host, via.port);
    } catch (const std::system_error& failed) {
        throw std::system_error(failed.code(), "connect to the proxy " + via.to_string());
    }
}

// Reads until the proxy has answered. Throws: as open_tunnel().
task<void> read_answer(net::stream& through, response_parser& parser) {
    for (;;) {
        const std::string_view ahead = through.buffered();
        const parse_step found = parser.parse(std::as_bytes(std::span(ahead)));
        through.consume(found.consumed);
        if (found.event == parse_event::head) co_return;
        if (found.event == parse_event::interim || !through.buffered().empty()) continue;
        const std::size_t count = co_await through.fill();
        if (count == 0) parser.finish();   // throws: the answer is not whole
    }
}

}  // namespace

task<void> open_tunnel(net::stream& through, const route& to, const client_options& options) {
    const std::string request = tunnel_request(to, options);
    co_await through.write_all(std::string_view(request));
    response_parser parser(options.response_limits);
    parser.expect(response_to::connect);
    try {
        co_await read_answer(through, parser);
    } catch (const protocol_error& wrong) {
        throw protocol_error(wrong.code(), "the proxy " + to.via->to_string() +
                                               ", asked for a tunnel to " + authority_of(to) +
                                               ": " + wrong.what());
    }
    const response_head& answer = parser.head();
    if (!answer.upgrade) throw_refusal(to, answer);
}

const tls::client_context& connector::security() {
    if (options_.tls) return *options_.tls;
    if (!made_) made_.emplace(usual_context());
    return *made_;
}

task<net::stream> connector::connect_now(const route& to) {
    if (!to.via) {
        net::stream opened = co_await open_plain(to.host, to.port);
        if (to.secure) opened = co_await security().secure(std::move(opened), to.host, to.port);
        co_return opened;
    }
    net::stream opened = co_await reach_proxy(*to.via);
    if (to.via->scheme == "https")
        opened = co_await security().secure(std::move(opened), to.via->host, to.via->port);
    if (!to.secure) co_return opened;
    co_await open_tunnel(opened, to, options_);
    opened = co_await security().secure(std::move(opened), to.host, to.port);
    co_return opened;
}

task<net::stream> connector::connect(route to, duration timeout) {
    const time_point deadline = deadline_after(current_task().home().now(), timeout);
    cancel_scope patience({.deadline = deadline});
    std::optional<net::stream> opened;
    try {
        opened.emplace(co_await connect_now(to));
    } catch (const cancelled&) {
        patience.leave();
        if (!patience.caught()) throw;
        std::string what = "connect " + authority_of(to);
        if (to.via) (what += " through ") += to.via->to_string();
        throw client_timeout(client_phase::connect, what);
    } catch (const timeout_error& late) {
        throw client_timeout(client_phase::connect, late.what());
    }
    patience.leave();
    co_return std::move(*opened);
}

}  // namespace troika::http
