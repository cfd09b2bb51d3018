// SPDX-License-Identifier: MIT
#include "inspect/trace_ring.hpp"

#include "os/error.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <utility>

namespace troika::impl {

trace_ring::trace_ring(std::size_t records_max, std::uint32_t thread, std::string name)
    : thread_(thread), name_(std::move(name)) {
    const std::size_t count = std::bit_ceil(records_max);
    os::or_throw(memory_.map_private(count * sizeof(slot)), "map memory for the trace of a thread");
    // Zeroed memory is what atomics of zero look like.
    slots_ = reinterpret_cast<slot*>(memory_.data());
    mask_ = count - 1;
}

std::uint64_t trace_ring::read(std::vector<trace_record>& into) const {
    const std::uint64_t end = written_.load(std::memory_order_acquire);
    const std::uint64_t begin = end > mask_ + 1 ? end - (mask_ + 1) : 0;
    const std::size_t before = into.size();
    into.reserve(before + static_cast<std::size_t>(end - begin));
    for (std::uint64_t i = begin; i < end; ++i) {
        const slot& from = slots_[i & mask_];
        trace_record copy;
        copy.at = static_cast<std::int64_t>(from.words[0].load(std::memory_order_acquire));
        copy.task = from.words[1].load(std::memory_order_acquire);
        copy.peer = from.words[2].load(std::memory_order_acquire);
        const std::uint64_t last = from.words[3].load(std::memory_order_acquire);
        copy.kind_text = static_cast<std::uint32_t>(last);
        copy.flags_place = static_cast<std::uint32_t>(last >> 32);
        into.push_back(copy);
    }
    // What was written meanwhile has replaced the oldest, and is replacing one more perhaps.
    const std::uint64_t now = written_.load(std::memory_order_acquire);
    const std::uint64_t whole = std::min(now > mask_ ? now - mask_ : 0, end);
    if (whole <= begin) return begin;
    const auto first = into.begin() + static_cast<std::ptrdiff_t>(before);
    into.erase(first, first + static_cast<std::ptrdiff_t>(whole - begin));
    return whole;
}

}  // namespace troika::impl
