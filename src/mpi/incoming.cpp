// SPDX-License-Identifier: MIT
#include "mpi/incoming.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace troika::impl {

incoming::incoming(waiter& by, int rank, std::span<const std::byte> word_of) noexcept
    : by_(by), rank_(rank) {
    std::memcpy(&first_, word_of.data(), sizeof first_);
    piece_ = word_of.subspan(sizeof first_);
    unasked_ = missing_ = first_.total - std::min<std::uint64_t>(first_.total, piece_.size());
}

incoming::~incoming() {
    drain();
    for (buffer& each : buffers_)   // of a rank that has gone: MPI may write there all the same
        if (each.transfer.pending()) static_cast<void>(each.bytes.release());
}

void incoming::ask_for(buffer& into) {
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(unasked_, word::part_max));
    if (size == 0) return;
    if (!into.bytes) into.bytes.reset(new std::byte[word::part_max]);
    by_.receive_part(rank_, {into.bytes.get(), size}, into.transfer);
    unasked_ -= size;
}

std::span<const std::byte> incoming::more() {
    if (!piece_.empty()) {
        // What comes after it comes while it is read.
        for (buffer& each : buffers_) ask_for(each);
        return std::exchange(piece_, {});
    }
    if (missing_ == 0) return {};
    buffer& now = buffers_[next_];
    buffer& before = buffers_[1 - next_];
    if (!now.transfer.pending()) ask_for(now);   // where the word had nothing of the message
    if (!before.transfer.pending()) ask_for(before);   // it was read, and has room for more
    if (!by_.wait(rank_, now.transfer)) {
        missing_ = unasked_ = 0;
        return {};
    }
    next_ = 1 - next_;
    const std::size_t size = std::min<std::size_t>(now.transfer.bytes(), missing_);
    missing_ -= size;
    return {now.bytes.get(), size};
}

void incoming::drain() noexcept {
    try {
        piece_ = {};
        while (missing_ != 0)
            if (more().empty()) break;
    } catch (...) {   // the rank has gone
    }
}

}  // namespace troika::impl
