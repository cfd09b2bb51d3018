// SPDX-License-Identifier: MIT
#include <troika/proc/attachment.hpp>

#include "os/fd.hpp"

#include <atomic>
#include <cstddef>
#include <new>

namespace troika {

std::uint64_t impl::next_attachment_id() noexcept {
    using counter = std::atomic<std::uint64_t>;
    alignas(counter) static std::byte storage[sizeof(counter)];
    static counter* const last = new (storage) counter(0);
    return last->fetch_add(1, std::memory_order_relaxed) + 1;
}

received_attachment& received_attachment::operator=(received_attachment&& other) noexcept {
    if (this != &other) {
        if (descriptor_ >= 0) os::close_descriptor(descriptor_);
        id_ = other.id_;
        descriptor_ = other.release();
        made_ = std::move(other.made_);
    }
    return *this;
}

received_attachment::~received_attachment() {
    if (descriptor_ >= 0) os::close_descriptor(descriptor_);
}

int received_attachment::release() noexcept { return std::exchange(descriptor_, -1); }

}  // namespace troika
