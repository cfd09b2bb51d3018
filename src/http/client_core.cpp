// SPDX-License-Identifier: MIT
#include "http/client_core.hpp"

#include <troika/base/check.hpp>

#include "http/alpn.hpp"

#include <utility>

namespace troika::http {

client_core::client_core(event_loop& loop, client_options options)
    : loop_(loop),
      options_(std::move(options)),
      buffers_(options_.buffer_bytes_max),
      pool_(loop, {.per_origin_max = options_.connections_per_origin_max,
                   .total_max = options_.connections_max,
                   .keep_alive_max = options_.keep_alive_max},
            options_),
      builder_(options_) {
    if (options_.tls) require_http_1(options_.tls->options().protocols);
    spare_.reserve(spare_max);
}

client_core::~client_core() {
    check(open_ == 0, "an HTTP client is destroyed before its exchanges");
}

exchange_core_ptr client_core::new_exchange() {
    std::unique_ptr<exchange_core> made;
    if (spare_.empty()) {
        made = std::make_unique<exchange_core>(*this);
    } else {
        made = std::move(spare_.back());
        spare_.pop_back();
    }
    buffers_.set_users(++open_);
    return exchange_core_ptr(made.release());
}

void client_core::take_back(exchange_core* done) noexcept {
    std::unique_ptr<exchange_core> owned(done);
    if (owned->reset() && spare_.size() < spare_max) spare_.push_back(std::move(owned));
    buffers_.set_users(--open_);
}

void exchange_core_release::operator()(exchange_core* core) const noexcept {
    core->owner.take_back(core);
}

}  // namespace troika::http
