// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/recycler.hpp>
#include <troika/loop/event_loop.hpp>

#include <string>
#include <utility>

namespace troika::fs {

/// The part of a file that stays put while it moves and operations are in flight.
class file_core : public troika::impl::recycled {
public:
    file_core(event_loop& loop, int descriptor, std::string path) noexcept
        : loop(loop), descriptor(descriptor), path(std::move(path)) {}
    file_core(const file_core&) = delete;
    file_core& operator=(const file_core&) = delete;
    ~file_core() {
        if (descriptor >= 0) loop.door().close(descriptor);
    }

    event_loop& loop;
    int descriptor;
    const std::string path;
};

}  // namespace troika::fs
