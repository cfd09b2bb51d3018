// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/clock.hpp>
#include <troika/core/task.hpp>
#include <troika/net/stream.hpp>

#include "tls/engine.hpp"

#include <memory>

namespace troika::tls {

/// How long a handshake and a farewell may take.
struct handshake_times {
    duration handshake;
    duration farewell;
};

/// Makes `plain` secure with `how`. `keeps` lives as long as the connection.
///
/// Throws: tls::error; timeout_error; std::system_error. Cancel: closes the connection.
task<net::stream> shake_hands(net::stream plain, std::unique_ptr<engine> how,
                              std::shared_ptr<const void> keeps, handshake_times times);

}  // namespace troika::tls
