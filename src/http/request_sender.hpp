// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/task.hpp>
#include <troika/http/client_options.hpp>

#include "http/exchange_core.hpp"
#include "http/request_builder.hpp"

namespace troika::http {

/// Sends a request whose body goes apart from its head, and waits for the head of the answer: at
/// the same time, because a server may answer before it has the body, and then does not want it.
///
/// Throws: what the source throws; http_error where its size is not what it said; as a read.
/// Lifetime: `options` and what they refer to, until the await ends.
task<void> send_with_body(exchange_core& core, const request_options& options, request_body body);

}  // namespace troika::http
