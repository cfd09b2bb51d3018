// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace troika::impl {

/// Who is to make a call of a broadcast. Plain bytes.
struct broadcast_target {
    std::int32_t rank = 0;
    std::uint32_t slot = 0;
    std::uint64_t number = 0;
};

// A list of targets is a tree: whoever has it cuts it in two, and sends each half to its first
// target, which does the same with the rest. A list of n has log2(n) levels.

/// The halves; the first is the larger one, and either may be empty.
[[nodiscard]] inline std::array<std::span<const broadcast_target>, 2> halves_of(
    std::span<const broadcast_target> list) noexcept {
    const std::size_t middle = (list.size() + 1) / 2;
    return {list.first(middle), list.subspan(middle)};
}

/// The ranks by which target `index` of the list gets its message, the nearest last.
[[nodiscard]] std::vector<int> ranks_before(std::span<const broadcast_target> list,
                                            std::size_t index);

}  // namespace troika::impl
