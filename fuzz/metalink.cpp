// SPDX-License-Identifier: MIT
// Metalink documents: any bytes, cut anywhere, give the same files or are refused.
#include "fetch/metalink.hpp"

#include "fetch/safe_name.hpp"

#include <troika/fetch/failure.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace troika::fetch;

std::string read(std::string_view text, std::size_t piece) {
    metalink_reader reader("document");
    std::string seen;
    try {
        for (; !text.empty(); text.remove_prefix(std::min(piece, text.size())))
            reader.feed(text.substr(0, piece));
        for (const metalink_file& file : reader.finish()) {
            if (safe_name(file.name).contains('/')) std::abort();
            seen += std::to_string(file.line) + file.name;
            if (file.expected) seen += file.expected->to_string();
            if (file.pieces && file.size &&
                (*file.size + file.pieces->length - 1) / file.pieces->length !=
                    file.pieces->hashes.size() &&
                *file.size < (std::uint64_t{1} << 32) &&
                file.pieces->length < (std::uint64_t{1} << 32))
                std::abort();
            for (const std::string& url : file.urls) seen += "\n" + url;
        }
    } catch (const failure&) {
        // What is said may depend on the cut (expat sees a bad byte when it gets there), that it
        // is refused may not.
        return "refused";
    }
    return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const std::string whole = read(text, std::string_view::npos);
    if (read(text, 1) != whole || read(text, 7) != whole) std::abort();
    return 0;
}
