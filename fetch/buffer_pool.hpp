// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/task.hpp>
#include <troika/sync/semaphore.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace troika::fetch {

/// The memory in which bodies wait to be written: a fixed number of buffers that all downloads
/// share, so that a thousand connections need no more than a few. Who finds none waits, and the
/// peer with it. Thread: the loop's. Lifetime: longer than its buffers.
class buffer_pool {
public:
    static constexpr std::size_t buffer_bytes = 128 * 1024;
    static constexpr std::size_t buffers_max = 96;   // 12 MiB

    /// One buffer, given back when it goes.
    class buffer {
    public:
        buffer(buffer&&) noexcept = default;
        buffer& operator=(buffer&&) noexcept = default;
        ~buffer() {
            if (memory_) pool_->free_.push_back(std::move(memory_));
        }
        [[nodiscard]] std::span<std::byte> bytes() const noexcept {
            return {memory_.get(), buffer_bytes};
        }

    private:
        friend class buffer_pool;
        buffer(buffer_pool& pool, std::unique_ptr<std::byte[]> memory,
               semaphore::permit permit) noexcept
            : pool_(&pool), memory_(std::move(memory)), permit_(std::move(permit)) {}
        buffer_pool* pool_;
        std::unique_ptr<std::byte[]> memory_;
        semaphore::permit permit_;
    };

    /// Waits for a buffer. Cancel: gives up the place in line.
    task<buffer> take();

private:
    semaphore available_{buffers_max, {.name = "download buffers"}};
    std::vector<std::unique_ptr<std::byte[]>> free_;
};

}  // namespace troika::fetch
