// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace troika::fetch {

/// The speed at which a number of bytes grows, as a moving average that forgets with time.
///
/// Reads no clock: whoever asks says what time it is.
class speed_meter {
public:
    using time_point = std::chrono::steady_clock::time_point;

    /// The time in which the past loses two thirds of its weight.
    static constexpr std::chrono::duration<double> memory{3.0};
    /// Samples closer together than this are taken as one: their quotient would be noise.
    static constexpr std::chrono::milliseconds sample_min{50};

    /// At `now` there are `bytes` in all. The first call only sets the beginning.
    void update(time_point now, std::uint64_t bytes) noexcept;

    /// The time up to `now` does not count, as while a download waits for its next attempt.
    void skip(time_point now, std::uint64_t bytes) noexcept;

    /// Bytes per second; 0 until there was time to measure.
    [[nodiscard]] double bytes_per_second() const noexcept;

    /// How long `remaining` more bytes take. Returns: nothing while nothing moves.
    [[nodiscard]] std::optional<std::chrono::seconds> time_left(
        std::uint64_t remaining) const noexcept;

private:
    time_point last_{};
    std::uint64_t bytes_ = 0;
    double average_ = 0;
    double weight_ = 0;   // of all samples so far, towards 1; corrects the start from zero
    bool started_ = false;
};

}  // namespace troika::fetch
