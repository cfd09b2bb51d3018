// SPDX-License-Identifier: MIT
#pragma once

#include <troika/fs/status.hpp>

#include "os/file.hpp"

namespace troika::fs {

// The public types are the operating system layer's, which no public header may include.

inline file_type convert(os::file_type from) noexcept {
    switch (from) {
        case os::file_type::regular: return file_type::regular;
        case os::file_type::directory: return file_type::directory;
        case os::file_type::link: return file_type::link;
        case os::file_type::pipe: return file_type::pipe;
        case os::file_type::socket: return file_type::socket;
        case os::file_type::device: return file_type::device;
        case os::file_type::other: break;
    }
    return file_type::other;
}

inline file_status convert(const os::file_status& from) noexcept {
    return {.type = convert(from.type),
            .mode = from.mode,
            .links = from.links,
            .size = from.size,
            .allocated = from.allocated,
            .device = from.device,
            .inode = from.inode,
            .modified = from.modified};
}

}  // namespace troika::fs
