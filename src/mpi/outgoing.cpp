// SPDX-License-Identifier: MIT
#include "mpi/outgoing.hpp"

#include <algorithm>
#include <cstring>

namespace troika::impl {

void outgoing::begin(mpi_port& port, int to, word first) {
    to_ = to;
    first.total = message_.size();
    const std::size_t room = word::bytes_max - sizeof first;
    head_.resize(sizeof first + static_cast<std::size_t>(
                                    std::min<std::uint64_t>(first.total, room)));
    std::memcpy(head_.data(), &first, sizeof first);
    segment_ = message_.segments().begin();
    segment_used_ = 0;
    left_ = first.total;
    for (std::size_t at = sizeof first; at < head_.size();) {
        const std::span<const std::byte> bytes = take(head_.size() - at);
        std::memcpy(head_.data() + at, bytes.data(), bytes.size());
        at += bytes.size();
    }
    in_parts_ = left_ != 0;
    port.send(to, mpi_port::tag::word, head_, head_sent_);
}

std::span<const std::byte> outgoing::take(std::size_t most) noexcept {
    const std::span<const std::byte> rest = (**segment_).subspan(segment_used_);
    const std::span<const std::byte> taken = rest.first(std::min(rest.size(), most));
    segment_used_ += taken.size();
    if (taken.size() == rest.size()) {
        ++*segment_;
        segment_used_ = 0;
    }
    left_ -= taken.size();
    return taken;
}

std::span<const std::byte> outgoing::next(part& in) {
    if (left_ == 0) return {};
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, word::part_max));
    const std::span<const std::byte> whole = take(size);
    if (whole.size() == size) return whole;
    if (!in.staged) in.staged.reset(new std::byte[word::part_max]);
    std::memcpy(in.staged.get(), whole.data(), whole.size());
    for (std::size_t at = whole.size(); at < size;) {
        const std::span<const std::byte> more = take(size - at);
        std::memcpy(in.staged.get() + at, more.data(), more.size());
        at += more.size();
    }
    return {in.staged.get(), size};
}

bool outgoing::advance(mpi_port& port) {
    bool all = head_sent_.done();
    if (in_parts_) {
        for (part& each : parts_) {
            while (each.sent.done()) {
                const std::span<const std::byte> bytes = next(each);
                if (bytes.empty()) break;
                port.send(to_, mpi_port::tag::part, bytes, each.sent);
            }
            if (each.sent.pending()) all = false;
        }
    }
    if (!all || left_ != 0) return false;
    message_.clear();
    return true;
}

void outgoing::forget() noexcept {
    left_ = 0;
    message_.clear();
}

}  // namespace troika::impl
