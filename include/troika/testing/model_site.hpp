// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <compare>
#include <string>
#include <string_view>
#include <vector>

namespace troika::testing {

/// The place of one atomic access in the code.
struct model_site {
    std::string file;
    unsigned line = 0;
    unsigned column = 0;
    std::string operation;   // as the member is called; " on failure" for that order of a swap
    std::memory_order order = std::memory_order_relaxed;   // as the code asks for

    /// Returns: `deque.hpp:57:20: load acquire`.
    [[nodiscard]] std::string text() const;

    friend bool operator==(const model_site&, const model_site&) = default;
};

/// A weaker order for one place.
struct model_weakening {
    model_site site;
    std::memory_order order = std::memory_order_relaxed;

    /// Returns: `deque.hpp:57:20: load acquire -> relaxed`.
    [[nodiscard]] std::string text() const;

    friend bool operator==(const model_weakening&, const model_weakening&) = default;
};

/// Returns: the orders that are one step weaker than what `site` asks for, none for relaxed. A
/// relaxed barrier is none at all.
std::vector<std::memory_order> weaker_orders(const model_site& site);

/// Returns: `acquire` for memory_order_acquire.
std::string_view order_name(std::memory_order order) noexcept;

}  // namespace troika::testing
