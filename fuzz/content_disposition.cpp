// SPDX-License-Identifier: MIT
#include <troika/base/check.hpp>
#include <troika/http/content_disposition.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto parsed = troika::http::parse_content_disposition(text)) {
        troika::check(!parsed->type.empty(), "a disposition has a type");
        // Two bytes for each of Latin-1 are the most that decoding makes.
        troika::check(!parsed->filename || parsed->filename->size() <= 2 * size,
                      "a name is not longer than its header");
    }
    return 0;
}
