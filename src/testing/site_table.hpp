// SPDX-License-Identifier: MIT
#pragma once

#include <troika/testing/model_site.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <source_location>
#include <string_view>
#include <vector>

namespace troika::testing::impl {

/// The places of atomic accesses that have been met, and the one whose order is weakened.
class site_table {
public:
    explicit site_table(std::optional<model_weakening> weaken) : weaken_(std::move(weaken)) {}

    /// Returns: the order to use where the code asks for `order`.
    std::memory_order use(std::string_view operation, std::memory_order order,
                          std::source_location where);

    [[nodiscard]] const std::vector<model_site>& sites() const noexcept { return sites_; }

private:
    /// A place that was looked up, by what is quick to compare.
    struct known {
        const char* file = nullptr;
        const char* operation = nullptr;
        unsigned line = 0;
        unsigned column = 0;
        std::memory_order asked = std::memory_order_relaxed;
        std::memory_order used = std::memory_order_relaxed;
    };

    std::optional<model_weakening> weaken_;
    std::vector<model_site> sites_;
    std::array<known, 256> known_;
};

}  // namespace troika::testing::impl
