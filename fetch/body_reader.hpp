// SPDX-License-Identifier: MIT
#pragma once

#include "fetch/rate_limiter.hpp"

#include <troika/core/task.hpp>
#include <troika/http/decoded_body.hpp>
#include <troika/http/exchange.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace troika::fetch {

/// What reading a body is counted in.
struct read_counters {
    std::uint64_t& run;                  // bytes of the whole run, over the network
    std::uint64_t& file;                 // the same of one file, in all attempts
    std::uint64_t* progress = nullptr;   // bytes of the file, if every byte counts at once
};

/// Reads the body of an answer within the limits on speed, decoded if it is coded.
/// Thread: the loop's. Lifetime: within that of the exchange and the counters.
class body_reader {
public:
    /// `may_be_coded`: whether codings were accepted; otherwise the bytes are taken as they are.
    body_reader(http::exchange& from, rate_limiter& limiter, rate_limiter::share& share,
                read_counters counters, bool may_be_coded);

    /// Whether the body has other bytes than what is read.
    [[nodiscard]] bool coded() const noexcept { return decoded_ && decoded_->coded(); }

    /// Reads until `into` is full or the body is over. Returns: how many bytes.
    /// Throws: as http::exchange::read_some() and http::decoded_body::read_some().
    task<std::size_t> fill(std::span<std::byte> into);

    /// How many bytes the last fill() has read, also when it threw.
    [[nodiscard]] std::size_t filled() const noexcept { return filled_; }

private:
    http::exchange& from_;
    rate_limiter& limiter_;
    rate_limiter::share& share_;
    const read_counters counters_;
    std::optional<http::decoded_body> decoded_;
    std::size_t filled_ = 0;
};

}  // namespace troika::fetch
