// SPDX-License-Identifier: MIT
#include "proc/attachment_exchange.hpp"

#include <troika/proc/wire_error.hpp>

#include "os/descriptor_passing.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <utility>

namespace troika::impl {

namespace {

// A packet: the message's number, how many descriptors it brings, for each its id and whether it
// is kept, and the ids of those to forget.
constexpr std::size_t head_words = 2;
constexpr std::size_t packet_words_max =
    head_words + 2 * os::passed_descriptors_max + attachment_sender::known_max;

}  // namespace

// ---- sending

void attachment_sender::begin(std::uint64_t number, std::span<const wire_attachment> attachments) {
    packet_.clear();
    descriptors_.clear();
    news_.clear();
    if (attachments.empty() && known_.empty()) [[likely]]
        return;
    packet_.assign({number, 0});
    for (const wire_attachment& each : attachments) {
        if (std::ranges::find(known_, each.id, &known::id) != known_.end()) continue;
        if (descriptors_.size() == os::passed_descriptors_max) {
            packet_.clear();
            throw wire_error("a message can bring at most " +
                             std::to_string(os::passed_descriptors_max) +
                             " shared arrays, queues and ends of pipes at once");
        }
        const bool stays =
            keeps_ && each.kept && each.owner && known_.size() + news_.size() < known_max;
        packet_.push_back(each.id);
        packet_.push_back(stays ? 1 : 0);
        descriptors_.push_back(each.descriptor);
        if (stays) news_.push_back({each.id, each.owner});
    }
    packet_[1] = descriptors_.size();
    for (const known& each : known_)
        if (each.owner.expired()) packet_.push_back(each.id);
    if (packet_.size() == head_words) packet_.clear();
}

int attachment_sender::send(int socket, bool waits) noexcept {
    const auto how = waits ? os::passing::wait : os::passing::at_once;
    const int sent =
        os::send_with_descriptors(socket, std::as_bytes(std::span(packet_)), descriptors_, how);
    if (sent == -EAGAIN) return sent;
    if (sent > 0) commit();
    packet_.clear();
    return sent < 0 ? sent : 0;
}

void attachment_sender::commit() noexcept {
    const std::span<const std::uint64_t> forgotten =
        std::span(packet_).subspan(head_words + 2 * descriptors_.size());
    std::erase_if(known_, [&](const known& each) {
        return std::ranges::find(forgotten, each.id) != forgotten.end();
    });
    std::ranges::move(news_, std::back_inserter(known_));
    news_.clear();
}

// ---- receiving

attachment_receiver::taken attachment_receiver::receive_one(int socket, std::uint64_t& number) {
    std::array<std::uint64_t, packet_words_max> packet;
    int descriptors[os::passed_descriptors_max];
    std::size_t count = 0;
    const int bytes = os::receive_with_descriptors(
        socket, std::as_writable_bytes(std::span(packet)), descriptors, count,
        os::passing::at_once);
    if (bytes == -EMSGSIZE) return taken::nonsense;
    if (bytes <= 0) return taken::nothing;
    const std::size_t words = static_cast<std::size_t>(bytes) / sizeof(std::uint64_t);
    const std::size_t announced = words < head_words ? 0 : static_cast<std::size_t>(packet[1]);
    std::vector<received_attachment> arrived;
    arrived.reserve(count);
    // Fewer come than were sent when this process can have no more.
    for (std::size_t i = 0; i < count; ++i)
        arrived.emplace_back(i < announced ? packet[head_words + 2 * i] : 0, descriptors[i]);
    if (words < head_words || announced > os::passed_descriptors_max || count > announced ||
        words < head_words + 2 * announced)
        return taken::nonsense;
    number = packet[0];
    for (std::size_t i = 0; i < count; ++i)
        entries_.push_back(
            {std::move(arrived[i]), packet[head_words + 2 * i + 1] != 0 ? kept : number});
    const auto forgotten = std::span(packet).first(words).subspan(head_words + 2 * announced);
    std::erase_if(entries_, [&](const entry& each) {
        return each.number == kept &&
               std::ranges::find(forgotten, each.what.id()) != forgotten.end();
    });
    return taken::packet;
}

bool attachment_receiver::receive_all(int socket) {
    std::uint64_t number = 0;
    bool any = false;
    while (receive_one(socket, number) == taken::packet) any = true;
    return any;
}

bool attachment_receiver::receive_for(int socket, std::uint64_t number, std::uint64_t sent) {
    // Messages come in the order of their numbers, and each brings one packet at most.
    while (packets_ != sent && latest_ < number) {
        entries_.clear();
        std::uint64_t found = 0;
        if (receive_one(socket, found) != taken::packet || found <= latest_) return false;
        for (entry& each : entries_) each.number = found;   // here nothing is kept
        latest_ = found;
        ++packets_;
    }
    return true;
}

received_attachment* attachment_receiver::find(std::uint64_t id) noexcept {
    const auto found =
        std::ranges::find(entries_, id, [](const entry& each) { return each.what.id(); });
    return found == entries_.end() ? nullptr : &found->what;
}

void attachment_receiver::end_of(std::uint64_t number) noexcept {
    if (entries_.empty()) [[likely]]
        return;
    std::erase_if(entries_,
                  [&](const entry& each) { return each.number != kept && each.number <= number; });
}

}  // namespace troika::impl
