// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/task.hpp>
#include <troika/fetch/checksum.hpp>

#include "fetch/body_reader.hpp"
#include "fetch/buffer_pool.hpp"

#include <optional>

namespace troika::fetch {

/// Writes all of a body to standard output. Returns: its checksum, if one is asked for.
/// Throws: failure (file); as body_reader::fill().
task<std::optional<checksum>> copy_to_standard_output(body_reader& body, buffer_pool& buffers,
                                                      std::optional<checksum_algorithm> wanted);

}  // namespace troika::fetch
