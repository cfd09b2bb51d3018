// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace troika::impl {

/// What stands before each piece of a message in a ring. A message that is too long for one frame
/// goes in several, one behind the other.
struct frame {
    enum class kind : std::uint32_t {
        call,      ///< the beginning of a call; the number of the initializer's is 0
        part,      ///< more of the message before
        value,     ///< the beginning of a result
        error,     ///< the same, of an exception
    };
    /// Of a call that was sent. Whoever changes it first decides whether it runs.
    enum class state : std::uint32_t { queued, taken, withdrawn };

    std::atomic<state> order{state::queued};
    kind what{};
    std::uint32_t bytes = 0;    ///< of this piece
    std::uint32_t slot = 0;     ///< where the parent keeps the call
    std::uint64_t number = 0;   ///< which call
    std::uint64_t total = 0;    ///< bytes of the whole message
    std::uint64_t busy_ns = 0;  ///< of a result: how long the call took

    /// How much of a ring a piece of `bytes` takes.
    static constexpr std::uint64_t room_of(std::uint64_t bytes) noexcept {
        return sizeof(frame) + (bytes + alignof(frame) - 1) / alignof(frame) * alignof(frame);
    }
};
static_assert(sizeof(frame) == 40 && alignof(frame) == 8);
static_assert(std::atomic<frame::state>::is_always_lock_free);

}  // namespace troika::impl
