// SPDX-License-Identifier: MIT
#pragma once

#include <troika/inspect/trace_data.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace troika::impl {

/// Finds the spans of a trace by lane and time.
/// Lifetime: the trace, unchanged.
class span_index {
public:
    /// Throws: std::invalid_argument where the trace breaks the rules of trace_data.
    explicit span_index(const trace_data& trace);

    /// The first span of `lane`, and the one behind its last.
    [[nodiscard]] std::pair<std::size_t, std::size_t> of_lane(std::uint32_t lane) const noexcept {
        return {first_[lane], first_[lane + 1]};
    }
    /// The span of `lane` at that time: of two that touch the one that begins there.
    [[nodiscard]] std::optional<std::size_t> at(std::uint32_t lane, std::int64_t time) const;
    /// For a lane of a task the span of the thread that ran it then, else that of the lane itself.
    /// Of two that touch at that time the one that ends there where `leaving`, else the other.
    [[nodiscard]] std::optional<std::size_t> on_thread(std::uint32_t lane, std::int64_t time,
                                                       bool leaving) const;

    /// Where it breaks the rules of trace_data: null where it does not.
    [[nodiscard]] static const char* why_inconsistent(const trace_data& trace) noexcept;

private:
    struct turn {
        std::uint32_t process;
        std::uint64_t task;
        std::int64_t begin;
        std::size_t span;
    };

    const trace_data& trace_;
    std::vector<std::size_t> first_;   // by lane, and one more
    std::vector<turn> turns_;          // of tasks on threads
};

}  // namespace troika::impl
