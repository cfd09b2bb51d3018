// SPDX-License-Identifier: MIT
#include <troika/proc/wire_writer.hpp>

#include <algorithm>
#include <new>
#include <string>
#include <utility>

namespace troika {
namespace {

// Referred ranges begin at multiples of this in the message, so that a reader whose pieces are
// aligned alike copies them into any vector without a detour.
constexpr std::uint64_t bulk_alignment = 64;

}  // namespace

void impl::nesting::fail() {
    throw wire_error("a value is nested deeper than " + std::to_string(levels_max) +
                     " levels: send it as a flat list");
}

void wire_writer::reference(std::span<const std::byte> bytes) {
    if (copies_all_) return copy(bytes);
    if (bytes.empty()) return;
    referred_.push_back({used_, bytes});
    referenced_ += bytes.size();
}

void wire_writer::large(std::span<const std::byte> bytes) {
    // The number of bytes of padding, itself a byte, and the padding.
    const std::uint64_t end = size() + 1;
    const auto padding = static_cast<std::size_t>((bulk_alignment - end % bulk_alignment) %
                                                  bulk_alignment);
    std::byte* place = grow(1 + padding);
    std::memset(place, 0, 1 + padding);
    place[0] = static_cast<std::byte>(padding);
    reference(bytes);
}

void wire_writer::enlarge(std::size_t size) {
    if (size > static_cast<std::size_t>(PTRDIFF_MAX) - used_) throw std::bad_alloc();
    const std::size_t capacity = std::max(used_ + size, capacity_ * 2);
    auto larger = std::make_unique_for_overwrite<std::byte[]>(capacity);
    std::memcpy(larger.get(), data_, used_);
    heap_ = std::move(larger);
    data_ = heap_.get();
    capacity_ = capacity;
}

void wire_writer::attach(wire_attachment what) {
    for (const wire_attachment& each : attachments_)
        if (each.id == what.id) return;
    attachments_.push_back(std::move(what));
}

void wire_writer::clear() noexcept {
    if (capacity_ > kept_bytes_max) {
        heap_.reset();
        data_ = inline_;
        capacity_ = inline_bytes;
    }
    used_ = 0;
    referenced_ = 0;
    referred_.clear();
    attachments_.clear();
}

std::span<const std::byte> wire_writer::segment(std::size_t index) const noexcept {
    const std::size_t number = index / 2;
    if (index % 2 == 1) return referred_[number].bytes;
    const std::size_t begin = number == 0 ? 0 : referred_[number - 1].position;
    const std::size_t end = number == referred_.size() ? used_ : referred_[number].position;
    return {data_ + begin, end - begin};
}

}  // namespace troika
