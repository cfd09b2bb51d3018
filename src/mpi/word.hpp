// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace troika::impl {

/// What stands at the beginning of each message of tag `word`. As much of the call or result as
/// fits follows at once; the rest comes in messages of tag `part`, in order.
struct word {
    enum class kind : std::uint32_t {
        // to a worker
        prepare,   ///< the function that each worker of a pool calls first; number 0
        call,
        broadcast, ///< a call that is passed on: first a list of broadcast_targets
        lost,      ///< rank `number` is
        stop,      ///< call `number` was cancelled
        withdraw,  ///< the same, but once it has begun it may go on
        quit,      ///< number is not 0 where ranks were lost
        // from a worker
        value,
        error,
        withdrawn, ///< call `number` was cancelled before it began
    };

    kind what{};
    std::uint32_t ring = 0;      ///< of a call: rank 0 sleeps, and its answer shall wake it
    std::uint32_t slot = 0;      ///< where rank 0 keeps the call; none of a preparation
    std::uint32_t unused = 0;
    std::uint64_t number = 0;    ///< which call, counted from 1 for each worker
    std::uint64_t total = 0;     ///< bytes of the whole call or result
    std::uint64_t busy_ns = 0;   ///< of a result: how long the call took

    static constexpr std::uint32_t no_slot = static_cast<std::uint32_t>(-1);
    /// Bytes of a message of tag `word`, at most.
    static constexpr std::size_t bytes_max = 16 << 10;
    /// Bytes of each part but the last.
    static constexpr std::size_t part_max = std::size_t{1} << 20;
};
static_assert(std::is_trivially_copyable_v<word> && sizeof(word) == 40);

}  // namespace troika::impl
