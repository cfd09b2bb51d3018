// SPDX-License-Identifier: MIT
#include "proc/message_cut.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <span>

namespace troika::impl {

void message_cut::begin(const wire_writer& message, const frame& first) noexcept {
    what_ = first.what;
    slot_ = first.slot;
    number_ = first.number;
    busy_ns_ = first.busy_ns;
    left_ = message.size();
    done_ = false;
    segment_.emplace(message.segments().begin());
    segment_used_ = 0;
}

void message_cut::write(std::byte* at, std::uint64_t piece) noexcept {
    auto* const head = ::new (at) frame;
    head->what = what_;
    head->bytes = static_cast<std::uint32_t>(piece);
    head->slot = slot_;
    head->number = number_;
    head->total = left_;
    head->busy_ns = busy_ns_;
    what_ = frame::kind::part;
    at += sizeof(frame);
    for (std::uint64_t wanted = piece; wanted > 0;) {
        const std::span<const std::byte> segment = **segment_;
        const std::size_t size = std::min<std::size_t>(segment.size() - segment_used_, wanted);
        std::memcpy(at, segment.data() + segment_used_, size);
        at += size;
        wanted -= size;
        segment_used_ += size;
        if (segment_used_ == segment.size()) {
            ++*segment_;
            segment_used_ = 0;
        }
    }
    left_ -= piece;
    done_ = left_ == 0;
}

}  // namespace troika::impl
