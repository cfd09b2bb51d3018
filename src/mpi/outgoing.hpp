// SPDX-License-Identifier: MIT
#pragma once

#include <troika/proc/wire_writer.hpp>

#include "mpi/mpi_port.hpp"
#include "mpi/word.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace troika::impl {

/// A call or a result on its way to another rank.
///
/// Large ranges go from where they are; MPI is given some parts at a time.
class outgoing {
public:
    outgoing() noexcept = default;
    outgoing(const outgoing&) = delete;
    outgoing& operator=(const outgoing&) = delete;

    /// What is to be sent: to be filled in before begin().
    [[nodiscard]] wire_writer& message() noexcept { return message_; }

    /// Sends `first`, whose `total` is filled in here, and what fits beside it. Thread: the port's.
    void begin(mpi_port& port, int to, word first);
    /// Goes on. Returns: whether all of it has left. Thread: the port's.
    [[nodiscard]] bool advance(mpi_port& port);
    /// Has nothing to do with MPI any more: the rank has gone.
    void forget() noexcept;

private:
    static constexpr std::size_t window = 16;

    struct part {
        mpi_port::transfer sent;
        std::unique_ptr<std::byte[]> staged;   // of one that is in several places
    };

    /// Empty when there is none.
    [[nodiscard]] std::span<const std::byte> next(part& in);
    /// What is left of the segment, at most `most`; passes over it.
    std::span<const std::byte> take(std::size_t most) noexcept;

    wire_writer message_;
    int to_ = 0;
    std::vector<std::byte> head_;
    mpi_port::transfer head_sent_;
    std::array<part, window> parts_;
    bool in_parts_ = false;    // not all of it is in the head
    std::uint64_t left_ = 0;   // bytes that were not given to MPI yet
    std::optional<wire_writer::segment_iterator> segment_;   // where they are
    std::size_t segment_used_ = 0;
};

}  // namespace troika::impl
