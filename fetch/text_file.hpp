// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

// Small files of text: settings, lists, what is remembered for the next run. They sleep in the
// kernel: for helper threads (io::offload).
namespace troika::fetch {

/// Reads a whole file, or pipe. Throws: failure (file), also for more than `bytes_max` bytes.
[[nodiscard]] std::string read_text_file(const std::string& path, std::size_t bytes_max);

/// Writes a file whole or not at all: under a temporary name beside it, then renamed over it.
/// Throws: failure (file); nothing is left behind then.
void write_text_file(const std::string& path, std::string_view text, std::uint32_t mode);

}  // namespace troika::fetch
