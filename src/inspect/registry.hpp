// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/spin_lock.hpp>
#include <troika/inspect/listing.hpp>

#include "inspect/registry_format.hpp"
#include "os/fd.hpp"
#include "os/memory_map.hpp"

#include <cstdint>
#include <vector>

namespace troika::impl {

/// What this process says of itself: see registry_format.hpp.
///
/// Made when something is listed first, and there until the process has gone: then it disappears
/// by itself. Thread: any.
class registry {
public:
    /// Null with TROIKA_INSPECT=0, where no memory file can be had, and in a child of fork().
    static registry* get() noexcept;

    /// Returns: a slot, counted from 1; 0 when all are taken.
    std::uint32_t take() noexcept;
    void give_back(std::uint32_t slot) noexcept;
    [[nodiscard]] std::uint32_t next_number() noexcept {
        return last_number_.fetch_add(1, std::memory_order_relaxed) + 1;
    }

    void write(std::uint32_t slot, const listing_data& what) noexcept;
    [[nodiscard]] listing_data read(std::uint32_t slot) const noexcept;
    [[nodiscard]] registry_head& head() const noexcept {
        return *reinterpret_cast<registry_head*>(map_.data());
    }

private:
    registry() noexcept;
    [[nodiscard]] registry_slot& at(std::uint32_t slot) const noexcept;

    os::fd file_;
    os::memory_map map_;
    int process_ = 0;
    std::atomic<std::uint32_t> last_number_{0};
    spin_lock lock_;
    std::vector<std::uint32_t> free_;   // guarded by lock_
};

/// Says where a member stands that strata above know.
template <class C, class M>
void publish(place which, M C::* member) noexcept {
    constexpr std::uintptr_t somewhere = 4096;
    const auto& there = reinterpret_cast<const C*>(somewhere)->*member;
    if (registry* const known = registry::get())
        known->head().places[static_cast<std::size_t>(which)] = static_cast<std::uint32_t>(
            reinterpret_cast<std::uintptr_t>(&there) - somewhere);
}

template <class F>
void listing::update(F change) noexcept {
    registry* const known = slot_ != 0 ? registry::get() : nullptr;
    if (known == nullptr) return;
    listing_data data = known->read(slot_);
    change(data);
    known->write(slot_, data);
}

}  // namespace troika::impl
