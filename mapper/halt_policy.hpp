// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>

namespace troika::mapper {

/// What has become of the jobs so far.
struct job_counts {
    std::uint64_t started = 0;
    std::uint64_t succeeded = 0;
    std::uint64_t failed = 0;
};

/// When a run ends before its inputs do: --halt.
class halt_policy {
public:
    enum class when : std::uint8_t { never, soon, now };

    /// Never.
    halt_policy() noexcept = default;

    /// Reads `never`, or `soon` or `now`, a comma, and `fail`, `success` or `done`, with `=N` or
    /// `=P%`. Throws: std::invalid_argument that says what to write.
    [[nodiscard]] static halt_policy parse(std::string_view text);

    /// Whether to halt, and how: `soon` starts nothing more, `now` ends what runs as well.
    /// A share is one of the jobs started, and counts from share_count_min jobs on.
    [[nodiscard]] when decide(const job_counts& counts) const noexcept;
    /// Whether it is successes that halt.
    [[nodiscard]] bool on_success() const noexcept { return what_ == what::success; }

    static constexpr std::uint64_t share_count_min = 3;

private:
    enum class what : std::uint8_t { fail, success, done };

    when when_ = when::never;
    what what_ = what::fail;
    bool is_share_ = false;   // limit_ is in percent
    std::uint64_t limit_ = 0;
};

}  // namespace troika::mapper
