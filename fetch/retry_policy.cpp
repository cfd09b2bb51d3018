// SPDX-License-Identifier: MIT
#include <troika/fetch/retry_policy.hpp>

#include <algorithm>

namespace troika::fetch {

std::optional<std::chrono::nanoseconds> retry_policy::wait_before_next(
    const failure& error, std::uint32_t attempts, std::chrono::nanoseconds elapsed,
    random& source) const {
    using std::chrono::nanoseconds;
    if (!error.transient() || attempts > retries_max) return std::nullopt;

    // Doubling stops at the maximum, and the shift before the type's end: 2^24 half seconds are 97
    // days.
    const std::uint32_t doublings = std::min(attempts > 0 ? attempts - 1 : 0, 24u);
    const auto highest = std::min<nanoseconds>(back_off_min * (1LL << doublings), back_off_max);
    const double fraction = static_cast<double>(source() >> 11) * 0x1p-53;   // in [0, 1)
    nanoseconds wait{
        static_cast<nanoseconds::rep>(fraction * static_cast<double>(highest.count()))};
    if (error.retry_after())
        wait += std::clamp(*error.retry_after(), std::chrono::seconds(0), retry_after_max);

    if (elapsed >= total_max || wait > total_max - elapsed) return std::nullopt;
    return wait;
}

}  // namespace troika::fetch
