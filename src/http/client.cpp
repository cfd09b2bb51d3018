// SPDX-License-Identifier: MIT
#include <troika/http/client.hpp>

#include <troika/http/decoded_body.hpp>
#include <troika/io/detour.hpp>
#include <troika/loop/event_loop.hpp>

#include "http/client_core.hpp"

#include <string>
#include <utility>

namespace troika::http {

namespace {

task<response> fetch(client_core& client, std::string method, url where, request_options options) {
    co_await resume_on(client.loop());   // a task of a thread pool may ask as well
    const std::size_t size_max = options.body_size_max.value_or(client.options().body_size_max);
    exchange answered =
        co_await open_exchange(client, std::move(method), std::move(where), options);
    std::string body;
    if (options.accept_codings) {
        decoded_body decoded(answered);
        body = co_await decoded.read_all(size_max);
    } else {
        body = co_await answered.read_all(size_max);
    }
    co_return response(answered.url(), answered.head(), std::move(body));
}

url parse(std::string_view text) { return url::parse(text, url_mode::lenient); }

/// The client that get() uses.
class loop_client final : public loop_service {
public:
    explicit loop_client(event_loop& loop) : shared(loop, client_options()) {}
    client shared;
};

}  // namespace

void client_core_delete::operator()(client_core* core) const noexcept { delete core; }

client::client() : client(client_options()) {}

client::client(client_options options) : client(event_loop::current(), std::move(options)) {}

client::client(event_loop& loop, client_options options)
    : core_(new client_core(loop, std::move(options))) {}

[[clang::coro_wrapper]] task<response> client::request(std::string_view method, http::url url,
                                                       request_options options) {
    return fetch(*core_, std::string(method), std::move(url), options);
}

[[clang::coro_wrapper]] task<response> client::request(std::string_view method,
                                                       std::string_view url,
                                                       request_options options) {
    return request(method, parse(url), options);
}

[[clang::coro_wrapper]] task<response> client::get(std::string_view url, request_options options) {
    return request("GET", parse(url), options);
}

[[clang::coro_wrapper]] task<exchange> client::open(std::string_view method, http::url url,
                                                    request_options options) {
    return open_exchange(*core_, std::string(method), std::move(url), options);
}

[[clang::coro_wrapper]] task<exchange> client::open(std::string_view method, std::string_view url,
                                                    request_options options) {
    return open(method, parse(url), options);
}

const client_options& client::options() const noexcept { return core_->options(); }

std::size_t client::connections_in_use() const noexcept { return core_->pool().in_use(); }

std::size_t client::connections_idle() const noexcept { return core_->pool().idle(); }

void client::close_idle() noexcept { core_->pool().close_idle(); }

client& default_client() { return event_loop::current().service<loop_client>().shared; }

namespace {

task<response> ask(std::string method, url where, request_options options) {
    co_await io::on_loop();
    co_return co_await default_client().request(method, std::move(where), options);
}

}  // namespace

[[clang::coro_wrapper]] task<response> get(std::string_view url, request_options options) {
    return ask("GET", parse(url), options);
}

[[clang::coro_wrapper]] task<response> request(std::string_view method, std::string_view url,
                                               request_options options) {
    return ask(std::string(method), parse(url), options);
}

}  // namespace troika::http
