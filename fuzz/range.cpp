// SPDX-License-Identifier: MIT
// Ranges lie within the file and are read as they are written.
#include <troika/base/check.hpp>
#include <troika/http/range.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

using namespace troika::http;
using troika::check;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 8) return 0;
    std::uint64_t file_size = 0;
    std::memcpy(&file_size, data, 8);
    file_size >>= data[0] % 64;
    const std::string_view text(reinterpret_cast<const char*>(data) + 8, size - 8);
    const range_request request = parse_range(text, file_size);
    check((request.answer == range_answer::parts) == !request.ranges.empty(), "parts have ranges");
    check(request.ranges.size() <= ranges_max, "ranges are limited");
    std::uint64_t total = 0;
    for (const byte_range& range : request.ranges) {
        check(range.first <= range.last && range.last < file_size, "a range lies within the file");
        check(range.size() <= file_size - total, "ranges are not larger than the file");
        total += range.size();
    }
    if (const auto parsed = parse_content_range(text); parsed && parsed->range && parsed->total)
        check(parse_content_range(format_content_range(*parsed->range, *parsed->total)) == parsed,
              "a Content-Range is read as it is written");
    return 0;
}
