// SPDX-License-Identifier: MIT
#include "inspect/counter_line.hpp"

#include <algorithm>
#include <utility>

namespace troika::impl {

void counter_line::set(std::int64_t at, std::int64_t value) {
    value_ = value;
    last_at_ = at;
    put({at, value});
    if (samples_.size() > samples_max) thin();
}

void counter_line::put(sample next) {
    if (!samples_.empty()) {
        sample& last = samples_.back();
        // Of the same moment only the last one was in force; of the same stretch the highest is
        // what people look for.
        const bool same = last.at == next.at;
        if (same || (stretch_ > 0 && last.at / stretch_ == next.at / stretch_)) {
            if (same || next.value > last.value) last.value = next.value;
            return;
        }
        if (last.value == next.value) return;
    }
    samples_.push_back(next);
}

void counter_line::thin() {
    const std::int64_t length = samples_.back().at - samples_.front().at;
    const auto wanted = static_cast<std::int64_t>(samples_max / 2);
    stretch_ = std::max({std::int64_t{1}, stretch_ * 2, length / wanted});
    const std::vector<sample> all = std::exchange(samples_, {});
    samples_.reserve(all.size());
    for (const sample& one : all) put(one);
}

std::vector<trace_data::sample> counter_line::take() {
    if (!samples_.empty() && samples_.back().value != value_) {
        if (samples_.back().at < last_at_)
            samples_.push_back({last_at_, value_});
        else
            samples_.back().value = value_;
    }
    return std::exchange(samples_, {});
}

}  // namespace troika::impl
