// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace troika::impl {

/// An item on its way through a queue: the part that does not know its type.
///
/// The item is wrapped before it enters and unwrapped after it has left, so that under the lock of
/// the queue only pointers change hands.
struct parcel {
    parcel* next = nullptr;     // on its shelf; in a heap, the next child of the same parent
    parcel* child = nullptr;    // in a heap: one that comes later, the newest first
    std::uint64_t number = 0;   // in a heap: which came first
};

/// Where parcels lie until somebody wants them, and in which order they are given out.
/// Thread: none of its own. It does not own them.
class parcel_shelf {
public:
    parcel_shelf(const parcel_shelf&) = delete;
    parcel_shelf& operator=(const parcel_shelf&) = delete;

    virtual void add(parcel& item) noexcept = 0;
    /// Returns: the next one; null when there is none.
    virtual parcel* take() noexcept = 0;

protected:
    parcel_shelf() noexcept = default;
    ~parcel_shelf() = default;
};

/// First in, first out.
class fifo_shelf final : public parcel_shelf {
public:
    void add(parcel& item) noexcept override;
    parcel* take() noexcept override;

private:
    parcel* first_ = nullptr;
    parcel* last_ = nullptr;
};

/// The one that comes before all others is out first; of equals, the one that was in first.
///
/// Adding is O(1), taking O(log n) on average over many.
/// Source: Fredman, Sedgewick, Sleator, Tarjan, "The pairing heap".
class heap_shelf : public parcel_shelf {
public:
    void add(parcel& item) noexcept final;
    parcel* take() noexcept final;

protected:
    ~heap_shelf() = default;

private:
    virtual bool before(const parcel& a, const parcel& b) const noexcept = 0;
    parcel* meld(parcel* a, parcel* b) noexcept;

    parcel* root_ = nullptr;
    std::uint64_t last_number_ = 0;
};

}  // namespace troika::impl
