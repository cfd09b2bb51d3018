// SPDX-License-Identifier: MIT
#include <troika/core/recycler.hpp>

#include "os/arena.hpp"

#include <atomic>
#include <mutex>

namespace troika::impl {

constinit thread_local thread_state current_thread;

namespace {

constexpr std::size_t chunk_bytes = std::size_t{2} << 20;
constexpr std::size_t slice_bytes = chunk_bytes / 8;   // made ready at once: some ten microseconds
constexpr std::uint64_t batch_blocks = recycled_blocks_max / 2;

/// Batches of free blocks that threads exchange. A batch is a list of blocks, whose depths below
/// the first are in order; the first keeps the link to the next batch in the place of its own.
///
/// The lists are changed under the lock. That one is empty, as it is while a program only grows, is
/// seen without it: a new block costs a look, not a lock.
class depot {
public:
    void give(std::size_t size_class, free_block* batch) noexcept {
        const std::scoped_lock lock(mutex_);
        batch->depth =
            reinterpret_cast<std::uintptr_t>(batches_[size_class].load(std::memory_order_relaxed));
        batches_[size_class].store(batch, std::memory_order_relaxed);
    }
    free_block* take(std::size_t size_class) noexcept {
        if (batches_[size_class].load(std::memory_order_relaxed) == nullptr) return nullptr;
        const std::scoped_lock lock(mutex_);
        free_block* batch = batches_[size_class].load(std::memory_order_relaxed);
        if (batch != nullptr)
            batches_[size_class].store(reinterpret_cast<free_block*>(batch->depth),
                                       std::memory_order_relaxed);
        return batch;
    }

    /// The uncut rest of a chunk, of a thread that has ended.
    void give_rest(std::byte* begin, std::byte* end) noexcept {
        if (end - begin < static_cast<std::ptrdiff_t>(recycled_bytes_max)) return;
        const std::scoped_lock lock(mutex_);
        rests_ = new (begin) rest{rests_, end};
    }
    bool take_rest(thread_state& into) noexcept {
        const std::scoped_lock lock(mutex_);
        if (rests_ == nullptr) return false;
        rest* taken = rests_;
        rests_ = taken->next;
        into.arena = reinterpret_cast<std::byte*>(taken);
        into.arena_end = into.chunk_end = taken->end;
        return true;
    }

private:
    struct rest {
        rest* next;
        std::byte* end;
    };

    std::mutex mutex_;
    std::atomic<free_block*> batches_[thread_state::class_count] = {};
    rest* rests_ = nullptr;
};

depot& shared_depot() noexcept {
    // Never destroyed: threads may still give back blocks while the process ends.
    alignas(depot) static std::byte storage[sizeof(depot)];
    static depot* const instance = new (storage) depot;
    return *instance;
}

/// Hands a thread's blocks to the depot when the thread ends.
struct reaper {
    ~reaper() {
        thread_state& mine = current_thread;
        for (std::size_t size_class = 0; size_class < thread_state::class_count; ++size_class) {
            if (mine.free[size_class] != nullptr)
                shared_depot().give(size_class, mine.free[size_class]);
            mine.free[size_class] = nullptr;
        }
        shared_depot().give_rest(mine.arena, mine.chunk_end);
        mine.arena = mine.arena_end = mine.chunk_end = nullptr;
        mine.reaper_armed = false;
    }
};

/// Has the thread's arena hold a block of any class.
void extend(thread_state& mine) {
    if (mine.arena_end != mine.chunk_end) {
        // The thread needs much: one call for a slice costs a fraction of its pages' faults.
        os::populate_arena(mine.arena_end, slice_bytes);
        mine.arena_end += slice_bytes;
        return;
    }
    // The rest of the old chunk, less than a block, is given up: at most a kilobyte in two million.
    if (shared_depot().take_rest(mine)) return;
    const bool first = mine.chunk_end == nullptr;
    mine.arena = os::map_arena(chunk_bytes);
    if (!first) os::populate_arena(mine.arena, slice_bytes);
    mine.arena_end = mine.arena + slice_bytes;
    mine.chunk_end = mine.arena + chunk_bytes;
}

void arm_reaper() noexcept {
    if (current_thread.reaper_armed) return;
    current_thread.reaper_armed = true;
    static thread_local reaper at_exit;
    static_cast<void>(at_exit);
}

}  // namespace

void* refill(std::size_t size_class) {
    arm_reaper();
    thread_state& mine = current_thread;
    if (free_block* batch = shared_depot().take(size_class)) {
        mine.free[size_class] = batch->next;
        return batch;
    }
    const std::size_t bytes = (size_class + 1) * thread_state::class_bytes;
    if (static_cast<std::size_t>(mine.arena_end - mine.arena) < bytes) extend(mine);
    void* block = mine.arena;
    mine.arena += bytes;
    return block;
}

void spill(std::size_t size_class) noexcept {
    arm_reaper();
    thread_state& mine = current_thread;
    // The older half goes, so that a thread at the edge does not go to the depot each time, and the
    // depths of what stays are counted anew from there.
    free_block* newest = mine.free[size_class];
    free_block* last_kept = newest;
    for (std::uint64_t i = 1; i < batch_blocks; ++i) {
        last_kept->depth -= batch_blocks + 1;
        last_kept = last_kept->next;
    }
    last_kept->depth -= batch_blocks + 1;
    shared_depot().give(size_class, last_kept->next);
    last_kept->next = nullptr;
}

}  // namespace troika::impl
