// SPDX-License-Identifier: MIT
#include "fetch/body_reader.hpp"

namespace troika::fetch {

body_reader::body_reader(http::exchange& from, rate_limiter& limiter, rate_limiter::share& share,
                         read_counters counters, bool may_be_coded)
    : from_(from), limiter_(limiter), share_(share), counters_(counters) {
    if (may_be_coded) decoded_.emplace(from);
}

task<std::size_t> body_reader::fill(std::span<std::byte> into) {
    filled_ = 0;
    while (filled_ < into.size()) {
        const std::size_t allowed = co_await limiter_.take(share_, into.size() - filled_);
        const std::span<std::byte> room = into.subspan(filled_, allowed);
        std::size_t count = 0;
        if (decoded_)
            count = co_await decoded_->read_some(room);
        else
            count = co_await from_.read_some(room);
        limiter_.give_back(share_, allowed - count);
        if (count == 0) break;
        filled_ += count;
        counters_.run += count;
        counters_.file += count;
        if (counters_.progress != nullptr) *counters_.progress += count;
    }
    co_return filled_;
}

}  // namespace troika::fetch
