// SPDX-License-Identifier: MIT
#pragma once

#include <troika/proc/crossing.hpp>

#include <cstddef>
#include <memory>
#include <utility>

namespace troika {

namespace impl {
class memory_block;
}

/// Memory that several processes have: what one writes there, the others read.
///
/// A handle, as a shared_ptr is one: copies share the memory, also those that cross to other
/// processes, as arguments and results of a process_pool, arguments of process::start() and
/// messages of a pipe. It crosses by reference: a worker maps it when it gets it first, and keeps
/// it as long as there is a handle here; later calls with it cost what calls without it cost.
/// It has no name, and is gone with the last process that has a handle, however that ends.
/// Thread: any; who writes and reads what at which time is the processes' own affair: let calls
/// and messages order it, or atomics in the memory (std::atomic_ref).
/// Python's multiprocessing.shared_memory.
class shared_memory {
public:
    /// None.
    shared_memory() noexcept = default;
    /// `size` bytes, all 0. They take real memory when they are first used.
    /// Throws: std::system_error, also where there is not so much.
    explicit shared_memory(std::size_t size);
    shared_memory(const shared_memory&) = default;
    shared_memory(shared_memory&& other) noexcept
        : block_(std::move(other.block_)), data_(std::exchange(other.data_, nullptr)),
          size_(std::exchange(other.size_, 0)) {}
    shared_memory& operator=(const shared_memory&) = default;
    shared_memory& operator=(shared_memory&& other) noexcept {
        block_ = std::move(other.block_);
        data_ = std::exchange(other.data_, nullptr);
        size_ = std::exchange(other.size_, 0);
        return *this;
    }
    ~shared_memory() = default;

    /// The beginning, at a multiple of the page size. Its address is another in each process.
    [[nodiscard]] std::byte* data() const noexcept { return data_; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    explicit operator bool() const noexcept { return block_ != nullptr; }

private:
    friend struct crossing<shared_memory>;

    std::shared_ptr<impl::memory_block> block_;
    std::byte* data_ = nullptr;
    std::size_t size_ = 0;
};

template <>
struct crossing<shared_memory> {
    static void write(wire_writer& to, const shared_memory& from);
    static shared_memory read(wire_reader& from);
};

}  // namespace troika
