// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>

namespace troika::os {

/// Fills `bytes` with what nobody can guess: for secrets. Everything else takes its chance from a
/// seeded generator. Throws: std::system_error.
void fill_with_chance(std::span<std::byte> bytes);

}  // namespace troika::os
