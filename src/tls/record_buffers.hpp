// SPDX-License-Identifier: MIT
#pragma once

#include <troika/loop/event_loop.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace troika::tls {

/// Where the secure connections of a loop receive records. A connection has a buffer only while a
/// receive is in flight, or while it holds records that nobody has read yet; the more connections
/// there are, the smaller the buffers. Thread: the loop's.
class record_buffers final : public loop_service {
public:
    static constexpr std::size_t bytes_max = std::size_t{16} << 20;   // as far as size_min allows
    static constexpr std::size_t size_max = 128 * 1024;
    static constexpr std::size_t size_min = 4 * 1024;

    explicit record_buffers(event_loop&) noexcept {}

    /// One buffer, given back when it goes.
    class buffer {
    public:
        buffer() noexcept = default;
        buffer(buffer&& other) noexcept
            : owner_(other.owner_), memory_(std::move(other.memory_)), size_(other.size_) {}
        buffer& operator=(buffer&& other) noexcept {
            if (this != &other) {
                reset();
                owner_ = other.owner_;
                memory_ = std::move(other.memory_);
                size_ = other.size_;
            }
            return *this;
        }
        ~buffer() { reset(); }
        void reset() noexcept {
            if (memory_) owner_->give_back(std::move(memory_), size_);
        }
        [[nodiscard]] bool empty() const noexcept { return memory_ == nullptr; }
        [[nodiscard]] std::span<std::byte> bytes() const noexcept { return {memory_.get(), size_}; }

    private:
        friend class record_buffers;
        buffer(record_buffers& owner, std::unique_ptr<std::byte[]> memory, std::size_t size)
            : owner_(&owner), memory_(std::move(memory)), size_(size) {}
        record_buffers* owner_ = nullptr;
        std::unique_ptr<std::byte[]> memory_;
        std::size_t size_ = 0;
    };

    /// Throws: std::bad_alloc.
    [[nodiscard]] buffer take();

    void add_connection() noexcept { set_connections(connections_ + 1); }
    void remove_connection() noexcept { set_connections(connections_ - 1); }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

private:
    void set_connections(std::size_t count) noexcept;
    void give_back(std::unique_ptr<std::byte[]> memory, std::size_t size) noexcept;

    std::size_t connections_ = 0;
    std::size_t size_ = size_max;
    std::vector<std::unique_ptr<std::byte[]>> free_;   // all of size_
};

}  // namespace troika::tls
