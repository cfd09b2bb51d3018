// SPDX-License-Identifier: MIT
#pragma once

#include <troika/inspect/trace_data.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace troika::impl {

/// The samples of one counter as they come, bounded: where there are too many, of each stretch of
/// time the highest value remains, and the stretches become longer.
class counter_line {
public:
    using sample = trace_data::sample;
    static constexpr std::size_t samples_max = std::size_t{1} << 15;

    /// Requires: times that do not go back.
    void add(std::int64_t at, std::int64_t change) { set(at, value_ + change); }
    void set(std::int64_t at, std::int64_t value);
    [[nodiscard]] std::int64_t value() const noexcept { return value_; }
    /// Ends with the value in force. The line is empty afterwards.
    [[nodiscard]] std::vector<sample> take();

private:
    void put(sample next);
    void thin();

    std::vector<sample> samples_;
    std::int64_t stretch_ = 0;
    std::int64_t value_ = 0;
    std::int64_t last_at_ = 0;
};

}  // namespace troika::impl
