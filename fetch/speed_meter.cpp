// SPDX-License-Identifier: MIT
#include "fetch/speed_meter.hpp"

#include <algorithm>
#include <cmath>

namespace troika::fetch {

void speed_meter::update(time_point now, std::uint64_t bytes) noexcept {
    // Fewer bytes: the download began again from zero.
    if (!started_ || bytes < bytes_) return skip(now, bytes);
    const std::chrono::duration<double> passed = now - last_;
    if (passed < sample_min) return;
    const double speed = static_cast<double>(bytes - bytes_) / passed.count();
    const double kept = std::exp(-passed / memory);
    average_ = kept * average_ + (1 - kept) * speed;
    weight_ = kept * weight_ + (1 - kept);
    last_ = now;
    bytes_ = bytes;
}

void speed_meter::skip(time_point now, std::uint64_t bytes) noexcept {
    started_ = true;
    last_ = now;
    bytes_ = bytes;
}

double speed_meter::bytes_per_second() const noexcept {
    return weight_ > 0 ? average_ / weight_ : 0;
}

std::optional<std::chrono::seconds> speed_meter::time_left(std::uint64_t remaining) const noexcept {
    const double speed = bytes_per_second();
    if (speed < 1) return std::nullopt;   // it would be years, or a division by nothing
    constexpr double seconds_max = 1e9;
    const double seconds = std::min(static_cast<double>(remaining) / speed, seconds_max);
    return std::chrono::seconds(static_cast<std::chrono::seconds::rep>(std::ceil(seconds)));
}

}  // namespace troika::fetch
