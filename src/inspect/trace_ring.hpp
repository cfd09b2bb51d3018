// SPDX-License-Identifier: MIT
#pragma once

#include "inspect/text_store.hpp"
#include "inspect/trace_record.hpp"
#include "os/memory_map.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace troika::impl {

/// The records of one thread, the newest of them: what does not fit takes the place of the oldest.
///
/// Its memory is had when it is written to for the first time.
/// Thread: push() its own; the others any, meanwhile as well.
class trace_ring {
public:
    /// For at least `records_max` records. Throws: std::system_error; std::bad_alloc.
    trace_ring(std::size_t records_max, std::uint32_t thread, std::string name);
    trace_ring(const trace_ring&) = delete;
    trace_ring& operator=(const trace_ring&) = delete;

    void push(const trace_record& record) noexcept {
        const std::uint64_t at = written_.load(std::memory_order_relaxed);
        slot& into = slots_[at & mask_];
        // Release: who reads one of these, of a record that is being replaced, also sees the count
        // with which it was still whole. Pairs with read().
        into.words[0].store(static_cast<std::uint64_t>(record.at), std::memory_order_release);
        into.words[1].store(record.task, std::memory_order_release);
        into.words[2].store(record.peer, std::memory_order_release);
        into.words[3].store(static_cast<std::uint64_t>(record.flags_place) << 32 | record.kind_text,
                            std::memory_order_release);
        written_.store(at + 1, std::memory_order_release);
    }

    /// Adds the records to `into`, oldest first. Returns: how many were lost.
    std::uint64_t read(std::vector<trace_record>& into) const;

    [[nodiscard]] std::uint32_t thread() const noexcept { return thread_; }
    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    [[nodiscard]] std::size_t capacity() const noexcept { return mask_ + 1; }

    text_cache texts;   // its thread's

private:
    struct slot {
        std::atomic<std::uint64_t> words[4];
    };
    static_assert(sizeof(slot) == sizeof(trace_record));

    const std::uint32_t thread_;
    const std::string name_;
    os::memory_map memory_;
    slot* slots_;
    std::uint64_t mask_;
    std::atomic<std::uint64_t> written_{0};
};

}  // namespace troika::impl
