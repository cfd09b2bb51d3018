// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/recycler.hpp>
#include <troika/loop/event_loop.hpp>

#include "os/fd.hpp"

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
        if (descriptor < 0) return;
        // The poller keeps nothing about a file on which nothing is in flight, so any thread may
        // close it.
        if (loop.is_current())
            loop.door().close(descriptor);
        else
            os::close_descriptor(descriptor);
    }

    event_loop& loop;
    int descriptor;
    const std::string path;
};

}  // namespace troika::fs
