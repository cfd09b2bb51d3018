// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/task.hpp>
#include <troika/http/client_options.hpp>
#include <troika/http/exchange.hpp>
#include <troika/http/url.hpp>
#include <troika/loop/event_loop.hpp>

#include "http/connection_pool.hpp"
#include "http/exchange_core.hpp"
#include "http/receive_buffers.hpp"
#include "http/request_builder.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace troika::http {

using exchange_core_ptr = std::unique_ptr<exchange_core, exchange_core_release>;

/// What a client is made of: options, connections, buffers, and exchanges to be used again.
/// Thread: the loop's.
class client_core {
public:
    /// Exchanges that are kept for the next ones.
    static constexpr std::size_t spare_max = 256;

    client_core(event_loop& loop, client_options options);
    client_core(const client_core&) = delete;
    client_core& operator=(const client_core&) = delete;
    /// Requires: no exchange is left.
    ~client_core();

    [[nodiscard]] event_loop& loop() const noexcept { return loop_; }
    [[nodiscard]] const client_options& options() const noexcept { return options_; }
    [[nodiscard]] receive_buffers& buffers() noexcept { return buffers_; }
    [[nodiscard]] connection_pool& pool() noexcept { return pool_; }
    [[nodiscard]] request_builder& builder() noexcept { return builder_; }

    [[nodiscard]] exchange_core_ptr new_exchange();
    void take_back(exchange_core* done) noexcept;

private:
    event_loop& loop_;
    const client_options options_;
    receive_buffers buffers_;
    connection_pool pool_;
    request_builder builder_;
    std::vector<std::unique_ptr<exchange_core>> spare_;
    std::size_t open_ = 0;
};

/// Sends a request, follows redirects, and returns when the head of the last answer is there.
task<exchange> open_exchange(client_core& client, std::string method, url where,
                             request_options options);

}  // namespace troika::http
