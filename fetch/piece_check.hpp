// SPDX-License-Identifier: MIT
#pragma once

#include "fetch/metalink.hpp"
#include "fetch/segment_plan.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace troika::fetch {

/// Finds out which parts of a file are as the checksums of its pieces say. Reads all of it: for
/// helper threads.
///
/// Returns: the ranges that are right, sorted, none touching another; all of the file where there
/// is not exactly one checksum for each piece, so that they tell nothing. Throws: failure (file).
[[nodiscard]] std::vector<file_range> right_pieces(const std::string& path, std::uint64_t size,
                                                   const metalink_pieces& pieces);

}  // namespace troika::fetch
