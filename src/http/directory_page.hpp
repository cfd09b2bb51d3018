// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace troika::http {

struct directory_page_entry {
    std::string name;
    bool is_directory = false;
    std::uint64_t size = 0;
    std::chrono::sys_time<std::chrono::nanoseconds> modified{};
};

/// Returns: the HTML page that lists a directory, folders first, each by name. Names are any bytes;
/// they are escaped in text and encoded in links.
[[nodiscard]] std::string directory_page(std::string_view path,
                                         std::vector<directory_page_entry> entries);

}  // namespace troika::http
