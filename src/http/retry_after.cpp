// SPDX-License-Identifier: MIT
#include <troika/http/retry_after.hpp>

#include <troika/http/date.hpp>

#include "http/ascii.hpp"

#include <algorithm>

namespace troika::http {

std::optional<std::chrono::seconds> parse_retry_after(std::string_view value,
                                                      std::chrono::sys_seconds now) {
    using std::chrono::seconds;
    value = trimmed(value);
    if (!value.empty() && digits.contains_all(value)) {
        const auto count = parse_decimal<std::int64_t>(value);   // nothing: more than 64 bits hold
        return count ? std::min(seconds{*count}, retry_after_max) : retry_after_max;
    }
    const auto date = parse_date(value, now);
    if (!date) return std::nullopt;
    return std::clamp<seconds>(*date - now, seconds{0}, retry_after_max);
}

}  // namespace troika::http
