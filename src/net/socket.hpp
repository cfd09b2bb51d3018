// SPDX-License-Identifier: MIT
#pragma once

#include <troika/loop/poller.hpp>

#include <utility>

namespace troika::net {

/// Owns one socket of a poller, or none. Lifetime: within that of the poller.
class socket {
public:
    socket() noexcept = default;
    socket(poller& door, int descriptor) noexcept : door_(&door), descriptor_(descriptor) {}
    socket(socket&& other) noexcept
        : door_(other.door_), descriptor_(std::exchange(other.descriptor_, -1)) {}
    socket& operator=(socket&& other) noexcept {
        if (this != &other) {
            close();
            door_ = other.door_;
            descriptor_ = std::exchange(other.descriptor_, -1);
        }
        return *this;
    }
    ~socket() { close(); }

    [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
    [[nodiscard]] poller& door() const noexcept { return *door_; }

    /// Requires: nothing in flight on it.
    void close() noexcept {
        if (descriptor_ >= 0) door_->close(std::exchange(descriptor_, -1));
    }

private:
    poller* door_ = nullptr;
    int descriptor_ = -1;
};

}  // namespace troika::net
