// SPDX-License-Identifier: MIT
#include <troika/proc/wire_reader.hpp>

#include <utility>

namespace troika {

received_attachment& wire_source::attachment(std::uint64_t id) {
    throw wire_error("the message speaks of descriptor " + std::to_string(id) +
                     ", which did not come with it");
}

std::span<const std::byte> memory_source::more() { return std::exchange(message_, {}); }

received_attachment& memory_source::attachment(std::uint64_t id) {
    for (received_attachment& each : attachments_)
        if (each.id() == id) return each;
    return wire_source::attachment(id);
}

void wire_reader::refill() {
    if (beyond_ == 0) cut_short(1);
    const std::span<const std::byte> more = source_.more();
    if (more.empty()) {
        const std::uint64_t missing = std::exchange(beyond_, 0);
        throw wire_error("a message was cut short: " + std::to_string(missing) +
                         " more bytes were announced");
    }
    piece_ = more.first(static_cast<std::size_t>(std::min<std::uint64_t>(more.size(), beyond_)));
    beyond_ -= piece_.size();
}

void wire_reader::copy_pieces(std::span<std::byte> into) {
    if (into.size() > remaining()) cut_short(into.size());
    while (!into.empty()) {
        const std::span<const std::byte> piece = peek();
        const std::size_t size = std::min(piece.size(), into.size());
        std::memcpy(into.data(), piece.data(), size);
        piece_ = piece.subspan(size);
        into = into.subspan(size);
    }
}

void wire_reader::skip_pieces(std::uint64_t size) {
    if (size > remaining()) cut_short(size);
    while (size > 0) {
        const std::span<const std::byte> piece = peek();
        const auto part = static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), size));
        piece_ = piece.subspan(part);
        size -= part;
    }
}

void wire_reader::finish() const {
    if (remaining() > 0)
        throw wire_error("a message has " + std::to_string(remaining()) +
                         " bytes more than were expected: do both sides agree on the types?");
}

void wire_reader::too_long(std::uint64_t count) const {
    throw wire_error("a message announces " + std::to_string(count) + " elements, but has only " +
                     std::to_string(remaining()) + " bytes left");
}

void wire_reader::cut_short(std::uint64_t wanted) const {
    throw wire_error("a message ends too early: " + std::to_string(wanted) +
                     " more bytes were expected, " + std::to_string(remaining()) + " are left");
}

}  // namespace troika
