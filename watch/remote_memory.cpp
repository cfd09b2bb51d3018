// SPDX-License-Identifier: MIT
#include "watch/remote_memory.hpp"

#include "inspect/shown_text.hpp"
#include "os/process_memory.hpp"

#include <algorithm>
#include <cerrno>

namespace troika::watch {

bool remote_memory::read(std::uint64_t address, std::span<std::byte> into) {
    const long count = os::read_process_memory(process_, address, into);
    if (count == static_cast<long>(into.size())) return true;
    error_ = count < 0 ? static_cast<int>(-count) : EFAULT;
    return false;
}

std::string remote_memory::text(std::uint64_t address) {
    std::string all;
    while (all.size() < text_bytes_max) {
        // Not beyond the page, behind which there may be nothing.
        constexpr std::size_t page = 4096;
        char piece[64];
        const std::size_t size = std::min(sizeof piece, page - static_cast<std::size_t>(
                                                                  address % page));
        if (!read(address, std::as_writable_bytes(std::span(piece, size)))) break;
        const char* const end = std::find(piece, piece + size, '\0');
        all.append(static_cast<const char*>(piece), end);
        if (end != piece + size) break;
        address += size;
    }
    return shown_text(all, text_bytes_max);
}

const std::string& remote_memory::constant_text(std::uint64_t address) {
    const auto found = constants_.find(address);
    if (found != constants_.end()) return found->second;
    return constants_.emplace(address, text(address)).first->second;
}

}  // namespace troika::watch
