// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/random.hpp>
#include <troika/fetch/failure.hpp>

#include <chrono>
#include <cstdint>
#include <optional>

namespace troika::fetch {

/// How often and how patiently a download is attempted again.
struct retry_policy {
    std::uint32_t retries_max = 5;                    // after the first attempt
    std::chrono::milliseconds back_off_min{500};      // the first back-off's upper end
    std::chrono::milliseconds back_off_max{60'000};   // the upper end it grows to
    std::chrono::seconds retry_after_max{300};        // more is not waited at once
    std::chrono::nanoseconds total_max = std::chrono::nanoseconds::max();   // of attempts and waits

    /// How long to wait before the next attempt, after `attempts` of them, the last ended by
    /// `error`, `elapsed` since the first began.
    ///
    /// A random time between zero and an upper end that doubles each time (full jitter), so that
    /// many clients that failed together do not return together. A server's Retry-After comes on
    /// top: never earlier than it asked (up to retry_after_max), and still not all at once.
    /// Returns: nothing when the download has failed: the failure is a lasting one, there were
    /// enough attempts, or the next would begin after total_max. Source: "Exponential Backoff And
    /// Jitter", AWS Architecture Blog.
    [[nodiscard]] std::optional<std::chrono::nanoseconds> wait_before_next(
        const failure& error, std::uint32_t attempts, std::chrono::nanoseconds elapsed,
        random& source) const;
};

}  // namespace troika::fetch
