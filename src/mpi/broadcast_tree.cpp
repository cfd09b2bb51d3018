// SPDX-License-Identifier: MIT
#include "mpi/broadcast_tree.hpp"

namespace troika::impl {

std::vector<int> ranks_before(std::span<const broadcast_target> list, std::size_t index) {
    std::vector<int> before;
    for (;;) {
        const auto [first, second] = halves_of(list);
        const bool in_first = index < first.size();
        const std::span<const broadcast_target> half = in_first ? first : second;
        if (!in_first) index -= first.size();
        if (index == 0) return before;
        before.push_back(half.front().rank);
        list = half.subspan(1);
        --index;
    }
}

}  // namespace troika::impl
