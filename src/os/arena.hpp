// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace troika::os {

/// Maps `bytes` of zeroed memory at an address that is a multiple of `bytes` (a power of two of at
/// least a page), and asks for huge pages: first touches are then a fault per 2 MiB instead of one
/// per 4 KiB. The memory is never unmapped. Throws: std::bad_alloc.
[[nodiscard]] std::byte* map_arena(std::size_t bytes);

/// Has the kernel give all pages of a part of an arena now, in one call instead of a fault each.
/// Advice: a kernel before 5.14 does not take it, and gives them when they are touched.
void populate_arena(std::byte* begin, std::size_t bytes) noexcept;

}  // namespace troika::os
