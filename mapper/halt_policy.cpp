// SPDX-License-Identifier: MIT
#include "mapper/halt_policy.hpp"

#include <charconv>
#include <stdexcept>
#include <string>

namespace troika::mapper {

namespace {

[[noreturn]] void refuse(std::string_view text) {
    throw std::invalid_argument("\"" + std::string(text) +
                                "\" is no way to halt; write never, or soon or now with fail, "
                                "success or done, such as now,fail=1 or soon,fail=10%");
}

}  // namespace

halt_policy halt_policy::parse(std::string_view text) {
    halt_policy policy;
    if (text == "never") return policy;
    const std::size_t comma = text.find(',');
    const std::size_t equals = text.find('=');
    if (comma == text.npos || equals == text.npos || equals < comma) refuse(text);
    const std::string_view when_word = text.substr(0, comma);
    const std::string_view what_word = text.substr(comma + 1, equals - comma - 1);
    std::string_view number = text.substr(equals + 1);
    if (when_word == "soon")
        policy.when_ = when::soon;
    else if (when_word == "now")
        policy.when_ = when::now;
    else
        refuse(text);
    if (what_word == "success")
        policy.what_ = what::success;
    else if (what_word == "done")
        policy.what_ = what::done;
    else if (what_word != "fail")
        refuse(text);
    if (number.ends_with('%')) {
        policy.is_share_ = true;
        number.remove_suffix(1);
    }
    const char* const end = number.data() + number.size();
    const auto [stopped, error] = std::from_chars(number.data(), end, policy.limit_);
    if (error != std::errc() || stopped != end || policy.limit_ == 0) refuse(text);
    if (policy.is_share_ && policy.limit_ > 100) refuse(text);
    return policy;
}

halt_policy::when halt_policy::decide(const job_counts& counts) const noexcept {
    if (when_ == when::never) return when_;
    std::uint64_t count = counts.failed;
    if (what_ == what::success) count = counts.succeeded;
    if (what_ == what::done) count = counts.succeeded + counts.failed;
    const bool reached = is_share_
                             ? count >= share_count_min && count * 100 >= counts.started * limit_
                             : count >= limit_;
    return reached ? when_ : when::never;
}

}  // namespace troika::mapper
