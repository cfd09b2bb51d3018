// SPDX-License-Identifier: MIT
#pragma once

#include <troika/fetch/failure.hpp>
#include <troika/fetch/options.hpp>

#include <cstdint>
#include <exception>
#include <optional>
#include <string_view>

namespace troika::fetch {

/// How far an attempt had come when it failed.
struct attempt_state {
    std::string_view url;
    std::uint64_t bytes = 0;   // of the file, with what was there before
    std::optional<std::uint64_t> total;
};

/// What `error`, which http::client or a part of the engine threw, means for a download. A failure
/// stays as it is.
[[nodiscard]] failure client_failure(const std::exception_ptr& error, const attempt_state& attempt,
                                     const get_options& options);

}  // namespace troika::fetch
