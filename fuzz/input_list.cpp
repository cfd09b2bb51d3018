// SPDX-License-Identifier: MIT
// Lists of downloads: any bytes, cut anywhere, give the same entries and refusals, and safe paths.
#include <troika/fetch/input_list.hpp>

#include "fetch/plan.hpp"

#include <troika/fetch/failure.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

using namespace troika::fetch;

std::vector<std::string> read(std::string_view text, std::size_t piece) {
    std::vector<std::string> seen;
    input_list list("list");
    const auto source = [&](std::span<char> into) {
        const std::size_t size =
            text.substr(0, std::min(piece, into.size())).copy(into.data(), piece);
        text.remove_prefix(size);
        return size;
    };
    for (;;) {
        try {
            const auto entry = list.next_from(source);
            if (!entry) return seen;
            const std::string path = target_path("d", *entry);
            if (!path.starts_with("d/") || path.contains("/../") || path.ends_with("/.."))
                std::abort();
            seen.push_back(std::to_string(entry->line) + entry->url + "\n" + path);
        } catch (const failure& refused) {
            seen.emplace_back(refused.what());
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto whole = read(text, 16 * 1024);
    if (read(text, 1) != whole || read(text, 7) != whole) std::abort();
    return 0;
}
