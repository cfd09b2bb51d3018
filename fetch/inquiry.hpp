// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/task.hpp>
#include <troika/http/client.hpp>
#include <troika/http/headers.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace troika::fetch {

/// What a server tells of a file without sending it.
struct inquiry {
    std::optional<std::uint64_t> size;
    bool resumable = false;   // parts can be had, and told from those of another version
};

/// Asks for `url` with HEAD; with GET, whose body is not read, where the server has no HEAD.
/// Throws: answer_refused; as http::client::open().
task<inquiry> inquire(http::client& client, std::string url, const http::headers& fields);

}  // namespace troika::fetch
