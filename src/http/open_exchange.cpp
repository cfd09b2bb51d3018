// SPDX-License-Identifier: MIT
#include <troika/base/check.hpp>
#include <troika/core/cancel_scope.hpp>
#include <troika/core/errors.hpp>
#include <troika/http/basic_auth.hpp>
#include <troika/http/body_source.hpp>
#include <troika/http/client_error.hpp>
#include <troika/http/cookie_jar.hpp>
#include <troika/http/hsts.hpp>
#include <troika/http/netrc.hpp>
#include <troika/http/status.hpp>

#include "http/ascii.hpp"
#include "http/client_core.hpp"
#include "http/head_operation.hpp"
#include "http/quoted.hpp"
#include "http/redirect.hpp"
#include "http/request_sender.hpp"
#include "os/clock.hpp"

#include <algorithm>
#include <exception>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace troika::http {

namespace {

// So much of the body of a redirect is read to keep its connection.
constexpr std::size_t drained_bytes_max = 64 * 1024;

void require_fetchable(const url& where, std::size_t redirects) {
    if (where.is_http()) {
        if (!where.host().empty()) return;
        throw url_error(
            "the URL " + quoted_url(where.text()) + " names no host; write http://host/path", 0);
    }
    const std::string shown(where.without_credentials().text());
    std::string what = "only http and https are supported: " + shown;
    if (redirects > 0) what += " (after a redirect)";
    throw unsupported_scheme(what, shown);
}

std::chrono::sys_seconds wall_seconds() {
    return std::chrono::floor<std::chrono::seconds>(os::wall_time());
}

// The peer closed a kept connection before it saw the request, or without telling.
bool means_gone(const std::exception_ptr& error) noexcept {
    try {
        std::rethrow_exception(error);
    } catch (const protocol_error& wrong) {
        return wrong.code() == errc::closed_before_message;
    } catch (const client_timeout&) {
        return false;
    } catch (const std::system_error& failed) {
        const std::error_code code = failed.code();
        return code == std::errc::connection_reset || code == std::errc::broken_pipe ||
               code == std::errc::connection_aborted || code == std::errc::not_connected;
    } catch (...) {
        return false;
    }
}

/// One request on its way through redirects and repetitions.
class journey {
public:
    journey(client_core& client, std::string method, url where, const request_options& options)
        : client_(client),
          options_(options),
          method_(std::move(method)),
          where_(std::move(where)),
          limits_(options.timeouts.value_or(client.options().timeouts)) {
        if (method_ == "CONNECT")
            throw http_error(errc::invalid_method, "CONNECT is for proxies; use another method");
        require_fetchable(where_, 0);
        first_authorization_ = authorization_of(where_, client.options().logins);
        prepare_hop();
        if (limits_.total != no_timeout)
            deadline_ = deadline_after(client_.loop().now(), limits_.total);
    }

    /// An exchange with the request for the present hop in it.
    void write_request() {
        core_ = client_.new_exchange();
        core_->prepare(method_, where_);
        core_->redirects = redirects_;
        body_ = request_builder::plan_body(options_, drops_body_);
        const request_context context{.at_first_origin = at_first_origin_,
                                      .drops_body = drops_body_,
                                      .authorization = authorization_,
                                      .cookies = cookies_,
                                      .accept_codings = options_.accept_codings,
                                      .forwarded = via_ && !where_.is_https(),
                                      .proxy_authorization = proxy_authorization_};
        client_.builder().append(core_->text(), method_, where_, options_, context, body_);
        if (options_.fields != nullptr && options_.fields->has_token("Connection", "close"))
            core_->forbid_reuse();
    }
    [[nodiscard]] bool sends_apart() const noexcept {
        return body_.how == request_body::way::length || body_.how == request_body::way::chunked;
    }

    [[nodiscard]] connection_lease idle_connection() {
        return fresh_ ? connection_lease() : client_.pool().try_acquire(where_, via_);
    }
    [[nodiscard, clang::coro_wrapper]] task<connection_lease> connection() {
        return client_.pool().acquire(
            where_, via_,
            {.fresh = fresh_, .connect_timeout = limits_.connect, .deadline = deadline_});
    }
    void begin(connection_lease lease) {
        was_used_ = lease->used;
        core_->lease(std::move(lease));
        core_->start(limits_, deadline_);
    }

    /// Throws: `error`, unless the request is to be sent once more on a fresh connection.
    void repeat_or_throw(const std::exception_ptr& error) {
        const bool repeatable = was_used_ && !core_->answered() && is_idempotent(method_) &&
                                !fresh_ && means_gone(error);
        if (!repeatable || !rewind()) std::rethrow_exception(error);
        fresh_ = true;
    }

    /// Returns: whether the answer leads elsewhere; then the next request is for there.
    bool redirected(exchange_core& answered) {
        const int status = answered.head().status;
        remember(answered.head().fields);
        if (!is_redirect(status)) return false;
        const std::optional<std::string_view> location = answered.head().fields.get("Location");
        const std::size_t max = options_.redirects_max.value_or(client_.options().redirects_max);
        if (!location || max == 0) return false;
        if (redirects_ == max)
            throw redirect_error(errc::too_many_redirects,
                                 where_.without_credentials().text() + ": more than " +
                                     std::to_string(max) + " redirects; the last to " +
                                     quoted_url(*location));
        visited_.push_back(step_taken());
        const client_options& all = client_.options();
        const redirect_rules rules{.to_http = all.redirects_to_http,
                                   .hsts = all.hsts,
                                   .now = all.hsts == nullptr ? std::chrono::sys_seconds()
                                                              : wall_seconds()};
        redirect_step next = follow_redirect(where_, method_, status, *location, rules);
        ++redirects_;
        require_fetchable(next.to, redirects_);
        drops_body_ |= next.drops_body;
        if (!drops_body_ && !rewind())
            throw redirect_error(
                errc::redirect_refused,
                where_.without_credentials().text() +
                    " redirects, but the body of the request cannot be sent again; "
                    "send it to " +
                    next.to.text());
        method_ = std::move(next.method);
        where_ = std::move(next.to);
        at_first_origin_ = where_.origin() == first_origin_;
        fresh_ = false;
        prepare_hop();
        if (std::find(visited_.begin(), visited_.end(), step_taken()) != visited_.end())
            throw redirect_error(errc::too_many_redirects,
                                 where_.without_credentials().text() +
                                     " redirects in a circle; the server has to be corrected");
        return true;
    }

    [[nodiscard]] exchange_core& core() noexcept { return *core_; }
    [[nodiscard]] exchange_core_ptr take() noexcept { return std::move(core_); }
    [[nodiscard]] const request_options& options() const noexcept { return options_; }
    [[nodiscard]] const request_body& body() const noexcept { return body_; }

private:
    /// Finds out what goes with a request for where_, and by which way it goes.
    void prepare_hop() {
        const client_options& all = client_.options();
        if (all.hsts != nullptr && !where_.is_https() &&
            all.hsts->upgrades(where_.host(), wall_seconds()))
            where_ = made_secure(where_);
        if (redirects_ == 0) first_origin_ = where_.origin();
        authorization_ = at_first_origin_ ? first_authorization_ : std::string();
        if (authorization_.empty() && all.logins != nullptr) authorization_ = known_login();
        cookies_.clear();
        if (all.cookies != nullptr) cookies_ = all.cookies->header_for(where_, wall_seconds());
        via_ = all.proxies.proxy_for(where_);
        proxy_authorization_.clear();
        if (via_ && !where_.is_https())
            if (const std::optional<credentials> login = via_->credentials())
                proxy_authorization_ = basic_authorization(*login);
    }
    /// From the file of log-ins. A server cannot lead us to where the default is shown: that is for
    /// hosts that the user names, not for those that servers do.
    [[nodiscard]] std::string known_login() const {
        const netrc& logins = *client_.options().logins;
        const std::optional<credentials> login = at_first_origin_
                                                     ? logins.lookup(where_.host())
                                                     : logins.lookup_named(where_.host());
        if (!login || (login->user.empty() && login->password.empty())) return {};
        return basic_authorization(*login);
    }
    /// A request that is equal to one before gets the same answer: with another cookie it may not.
    [[nodiscard]] std::string step_taken() const {
        return method_ + " " + where_.normalized().without_credentials().text() + "\n" + cookies_;
    }
    /// Takes what an answer tells for later requests.
    void remember(const headers& fields) {
        const client_options& all = client_.options();
        if (all.cookies != nullptr)
            for (const headers::field& each : fields)
                if (equals_ignoring_case(each.name, "Set-Cookie"))
                    all.cookies->set_from(where_, each.value, wall_seconds());
        const bool checked = where_.is_https() && (!all.tls || all.tls->options().verify);
        if (all.hsts == nullptr || !checked) return;
        if (const auto wish = fields.get("Strict-Transport-Security"))
            all.hsts->note(where_.host(), *wish, wall_seconds());
    }
    bool rewind() { return options_.source == nullptr || options_.source->rewind(); }

    client_core& client_;
    const request_options options_;
    std::string method_;
    url where_;
    const client_timeouts limits_;
    time_point deadline_ = never;
    exchange_core_ptr core_;
    request_body body_;
    bool fresh_ = false;
    bool was_used_ = false;
    bool drops_body_ = false;
    std::size_t redirects_ = 0;
    bool at_first_origin_ = true;
    origin first_origin_;
    std::string first_authorization_;   // for that origin only
    // of the present hop
    std::string authorization_;
    std::string cookies_;
    std::optional<proxy> via_;
    std::string proxy_authorization_;
    // of all of them
    std::vector<std::string> visited_;
};

// Reads the body of an answer that nobody wants, so that the connection can be used again.
task<void> drain(exchange_core& core) {
    std::size_t drained = 0;
    while (drained <= drained_bytes_max) {
        const std::span<const std::byte> chunk = co_await read_chunk_operation(core);
        if (chunk.empty()) co_return;
        drained += chunk.size();
    }
}

task<void> drain_if_small(exchange_core& core) {
    if (core.complete() || core.body_left().value_or(0) > drained_bytes_max) co_return;
    try {
        co_await drain(core);
    } catch (const std::exception&) {
        // The connection is closed then; what is wanted comes from another.
        core.close();
    }
}

}  // namespace

task<exchange> open_exchange(client_core& client, std::string method, url where,
                             request_options options) {
    journey way(client, std::move(method), std::move(where), options);
    for (;;) {
        way.write_request();
        connection_lease lease = way.idle_connection();
        if (!lease) lease = co_await way.connection();
        way.begin(std::move(lease));
        std::exception_ptr failure;
        try {
            if (way.sends_apart())
                co_await send_with_body(way.core(), way.options(), way.body());
            else
                co_await head_operation(way.core());
        } catch (const cancelled&) {
            throw;
        } catch (...) {
            failure = std::current_exception();
        }
        if (failure) {
            way.repeat_or_throw(failure);
            continue;
        }
        exchange_core_ptr answered = way.take();
        // Looks at the head, and says where to go next.
        const bool elsewhere = way.redirected(*answered);
        if (!elsewhere) co_return answered.release()->as_exchange();
        co_await drain_if_small(*answered);
    }
}

}  // namespace troika::http
