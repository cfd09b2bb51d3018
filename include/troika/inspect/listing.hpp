// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

namespace troika::impl {

struct listing_data;

/// An entry in the register that `troika ps` reads; nothing where there is no register
/// (`TROIKA_INSPECT=0`), or it is full.
///
/// Thread: one at a time.
class listing {
public:
    listing() noexcept = default;
    listing(const listing&) = delete;
    listing& operator=(const listing&) = delete;
    ~listing() {
        if (slot_ != 0) [[likely]]
            remove();
    }

    /// Lists `what`, named `name`, which is copied. Requires: it is not listed.
    void add(listing_data what, std::string_view name) noexcept;
    /// Writes it anew: `change(listing_data&)`.
    template <class F>
    void update(F change) noexcept;
    void remove() noexcept;

    /// Its number, for those that belong to it; 0: it is not listed.
    [[nodiscard]] std::uint32_t number() const noexcept { return number_; }

private:
    std::uint32_t slot_ = 0;   // counted from 1
    std::uint32_t number_ = 0;
};

}  // namespace troika::impl
