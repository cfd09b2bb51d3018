// SPDX-License-Identifier: MIT
#pragma once

#include "testing/memory_model.hpp"
#include "testing/sequential_order.hpp"

#include <cstddef>
#include <vector>

namespace troika::testing::impl {

struct model_location {
    atomic_history atomic;
    plain_history plain;
    bool is_plain = false;
    bool alive = false;
};

/// The objects of one execution, by address and by the number of their construction.
///
/// A number is never used again within the execution, so that who still has one notices that its
/// object is gone, even when another lives at the address.
class model_memory {
public:
    static constexpr std::size_t none = static_cast<std::size_t>(-1);
    static constexpr std::size_t barriers = none - 1;   // stands for what all barriers share

    model_memory();

    void clear() noexcept;

    /// Returns: the number of the new object.
    std::size_t construct(const void* address, bool is_plain);

    /// Returns: the number of the last object that was constructed there, or `none`.
    [[nodiscard]] std::size_t find(const void* address) const noexcept;

    [[nodiscard]] model_location& at(std::size_t number) noexcept { return locations_[number]; }
    [[nodiscard]] const model_location& at(std::size_t number) const noexcept {
        return locations_[number];
    }
    /// The order S of this execution.
    [[nodiscard]] sequential_order& sequence() noexcept { return sequence_; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

private:
    struct slot {
        const void* address = nullptr;
        std::size_t number = 0;
        std::uint64_t round = 0;   // of clear(): others are empty
    };

    [[nodiscard]] std::size_t probe(const void* address) const noexcept;
    void grow();

    std::vector<model_location> locations_;   // keep their storage from one execution to the next
    std::size_t size_ = 0;
    sequential_order sequence_;
    std::vector<slot> slots_;
    std::size_t used_ = 0;
    std::uint64_t round_ = 1;
};

}  // namespace troika::testing::impl
