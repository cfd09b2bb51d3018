// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/thread_state.hpp>

#include <cstddef>
#include <new>

namespace troika::impl {

// An address sanitizer must see each frame's life, so under it frames come from the heap.
#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool recycling = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
inline constexpr bool recycling = false;
#else
inline constexpr bool recycling = true;
#endif
#else
inline constexpr bool recycling = true;
#endif

inline constexpr std::size_t recycled_bytes_max =
    thread_state::class_bytes * thread_state::class_count;

/// Blocks that one thread keeps for itself, per size class; more go to the depot that all share.
inline constexpr std::uint64_t recycled_blocks_max = 4096;

void* refill(std::size_t size_class);
void spill(std::size_t size_class) noexcept;

// The way to refill(), which is taken so rarely that its caller should not save registers for it.
// Internal to each source, because only some compilers know the convention.
#if defined(__has_cpp_attribute) && __has_cpp_attribute(clang::preserve_most)
[[clang::preserve_most]]
#endif
[[maybe_unused, gnu::noinline, gnu::cold]] static void* refill_aside(std::size_t size_class) {
    return refill(size_class);
}

/// A block of `bytes`, aligned to 16, from this thread's free lists.
///
/// Coroutine frames, task nodes and posted closures live a short time and come in few sizes: a free
/// list per size is three instructions. Memory is cut from 2 MiB chunks for which huge pages are
/// asked; where there are none, small ones are asked for in slices rather than met one by one.
/// Chunks are kept for the life of the process, so what is kept is the peak of what was used.
/// Throws: std::bad_alloc. Thread: any; a block may be given back on another thread.
[[nodiscard]] inline void* allocate(std::size_t bytes) {
    if (!recycling || bytes > recycled_bytes_max) [[unlikely]]
        return ::operator new(bytes);
    const std::size_t size_class = (bytes - 1) / thread_state::class_bytes;
    thread_state& mine = current_thread;
    free_block* block = mine.free[size_class];
    if (block == nullptr) [[unlikely]]
        return refill_aside(size_class);
    mine.free[size_class] = block->next;
    return block;
}

/// Gives back what allocate(bytes) gave.
inline void deallocate(void* memory, std::size_t bytes) noexcept {
    if (!recycling || bytes > recycled_bytes_max) [[unlikely]] {
        ::operator delete(memory);
        return;
    }
    const std::size_t size_class = (bytes - 1) / thread_state::class_bytes;
    thread_state& mine = current_thread;
    auto* block = static_cast<free_block*>(memory);
    free_block* head = mine.free[size_class];
    block->next = head;
    block->depth = head == nullptr ? 1 : head->depth + 1;
    mine.free[size_class] = block;
    if (block->depth > recycled_blocks_max) [[unlikely]]
        spill(size_class);
}

/// Gives a class the recycler's operator new and delete.
struct recycled {
    static void* operator new(std::size_t bytes) { return allocate(bytes); }
    static void operator delete(void* memory, std::size_t bytes) noexcept {
        deallocate(memory, bytes);
    }
};

}  // namespace troika::impl
