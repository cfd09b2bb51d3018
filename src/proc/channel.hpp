// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/clock.hpp>

#include "os/fd.hpp"
#include "os/memory_map.hpp"
#include "proc/frame.hpp"
#include "proc/ring.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace troika::impl {

/// What a parent and one of its workers share: a ring for calls, one for results, some words.
///
/// It lies in sealed memory without a name. No other worker has it, so that one that is killed, or
/// writes where it should not, harms its own calls only.
class channel {
public:
    struct words {
        std::uint64_t magic = 0;
        std::uint64_t capacity = 0;                 // of each ring
        std::atomic<std::uint32_t> quit{0};         // the worker shall end when it is idle
        std::atomic<std::uint32_t> stop_word{0};    // counts changes of the next
        std::atomic<std::uint64_t> stop_number{0};  // the call that was asked to stop
        ring_words<> calls;
        ring_words<> results;
        // Descriptors beside the rings: packets that were sent for calls and for results, and
        // whether the parent waits for room for one.
        std::atomic<std::uint64_t> call_packets{0};
        std::atomic<std::uint64_t> result_packets{0};
        std::atomic<std::uint32_t> socket_full{0};
    };

    channel() noexcept = default;
    channel(const channel&) = delete;
    channel& operator=(const channel&) = delete;

    /// Makes one. `capacity`: bytes of each ring, a multiple of the page size, power of two.
    /// Throws: std::system_error.
    void create(std::size_t capacity);
    /// The other side, of a descriptor that the parent gave. Throws: std::runtime_error when it is
    /// not one, std::system_error.
    void open(int descriptor);

    /// What the worker is given.
    [[nodiscard]] int descriptor() const noexcept { return file_.get(); }
    /// Closes the descriptor, once the worker has its own.
    void close_descriptor() noexcept { file_.reset(); }

    [[nodiscard]] words& shared() const noexcept {
        return *reinterpret_cast<words*>(control_.data());
    }
    [[nodiscard]] std::uint64_t capacity() const noexcept { return capacity_; }
    /// The longest piece of a message that goes into one frame.
    [[nodiscard]] std::uint64_t piece_max() const noexcept { return capacity_ / 4 - sizeof(frame); }

    /// The bytes from `position` on, at least as many as the ring has.
    [[nodiscard]] std::byte* call_at(std::uint64_t position) const noexcept {
        return calls_.data() + (position & (capacity_ - 1));
    }
    [[nodiscard]] std::byte* result_at(std::uint64_t position) const noexcept {
        return results_.data() + (position & (capacity_ - 1));
    }

private:
    void map();

    os::fd file_;
    os::memory_map control_;
    os::memory_map calls_;
    os::memory_map results_;
    std::uint64_t capacity_ = 0;
};

/// Wakes a side of a ring that slept on `word`. One that sleeps on an event is the caller's affair.
void wake_ring_side(const std::atomic<std::uint32_t>& word) noexcept;
/// Sleeps while `word` says that this side sleeps on it, until `deadline`.
/// Returns: whether it was woken.
bool sleep_as_ring_side(const std::atomic<std::uint32_t>& word, time_point deadline) noexcept;

}  // namespace troika::impl
