// SPDX-License-Identifier: MIT
#pragma once

#include <troika/os/socket_address.hpp>

#include "os/fd.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

namespace troika::impl {

// MPI does not say that a rank has gone, and has nothing to sleep on. So each worker holds a TCP
// connection to rank 0: its end is the worker's end, and a byte on it wakes who sleeps.

/// What a worker needs to find rank 0. Plain bytes.
struct lifeline_invitation {
    static constexpr std::size_t addresses_max = 16;

    std::array<std::byte, 16> token{};
    std::array<char, 256> host{};       // of rank 0
    std::uint32_t count = 0;
    std::uint32_t unused = 0;
    std::array<socket_address, addresses_max> addresses{};
};
static_assert(std::is_trivially_copyable_v<lifeline_invitation>);

/// Rank 0's side while the connections are made.
class lifeline_host {
public:
    /// Throws: std::system_error when no socket can be had.
    lifeline_host();

    [[nodiscard]] const lifeline_invitation& invitation() const noexcept { return invitation_; }

    /// Takes the connections of `size` - 1 ranks that have said that they have made them.
    /// Returns: them, by rank; an empty one where none came.
    [[nodiscard]] std::vector<os::fd> admit(int size);

private:
    os::fd listener_;
    lifeline_invitation invitation_;
};

/// A worker's. Returns: an empty one when rank 0 cannot be reached like that.
[[nodiscard]] os::fd join_lifeline(const lifeline_invitation& to, int rank) noexcept;

/// Wakes the other side, if it sleeps.
void ring(const os::fd& lifeline) noexcept;
/// Takes what the other side has rung. Returns: false when it has gone.
[[nodiscard]] bool hear(const os::fd& lifeline) noexcept;

}  // namespace troika::impl
