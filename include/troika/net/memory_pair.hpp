// SPDX-License-Identifier: MIT
#pragma once

#include <troika/net/stream.hpp>

#include <cstddef>
#include <utility>

namespace troika::net {

/// Two connected streams without a socket between them, in the loop of the task that runs: for
/// tests, and for tasks that speak a protocol with each other.
///
/// Each direction holds at most `capacity` bytes, at least 1; who writes more waits for the reader.
std::pair<stream, stream> memory_pair(std::size_t capacity = 64 * 1024);

}  // namespace troika::net
