// SPDX-License-Identifier: MIT
#pragma once

#include "testing/memory_model.hpp"

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace troika::testing::impl {

/// The seq_cst operations of one execution, and which has to come before which in their single
/// total order S. There is such an order as long as there is no cycle; the order in which the
/// checker executes them means nothing.
///
/// Before another is: what strongly happens before it, and what is before it in the coherence order
/// of the object that both access. Source: [atomics.order] 3 and 4, [intro.races] 12 of C++20.
class sequential_order {
public:
    static constexpr std::size_t operations_max = 256;

    /// An operation that may be executed next.
    struct operation {
        std::size_t location;
        std::size_t thread;
        const vector_clock* clock;   // before it acquires anything
        store_id store;              // that it reads, or after which it puts its own
        bool writes;
    };

    void clear() noexcept { events_.clear(); }
    [[nodiscard]] bool is_full() const noexcept { return events_.size() == operations_max; }

    /// Whether an order of all is left when `next` is executed.
    [[nodiscard]] bool allows(const operation& next, const atomic_history& history) const;

    /// Adds what is about to be executed. `own`: the store that it will make, or the one it reads.
    /// Requires: not full, and that it is allowed.
    void add(const operation& next, store_id own, const atomic_history& history);

private:
    using set = std::bitset<operations_max>;

    struct event {
        std::size_t location;
        std::size_t thread;
        std::uint32_t time;
        store_id store;
        bool writes;
        set before;   // of those that precede it, directly or not
    };
    struct ties {
        set before;
        set after;
    };

    [[nodiscard]] ties find(const operation& next, const atomic_history& history) const;

    std::vector<event> events_;
};

}  // namespace troika::testing::impl
