// SPDX-License-Identifier: MIT
#include "mpi/rank_worker.hpp"

#include "mpi/lifeline.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace troika::impl {

namespace {

constexpr std::uint64_t ahead_ns = 2'000'000;   // work that a worker has before it is asked again
constexpr std::size_t spares_max = 4;

}  // namespace

rank_worker::rank_worker(mpi_session::member& of)
    : member(of), place("rank " + std::to_string(of.info.rank) + " on " + of.info.host +
                        ", process " + std::to_string(of.info.pid)),
      slots_(slots_max) {
    for (std::uint32_t i = slots_max; i > 0; --i) free_slots_.push_back(i - 1);
}

rank_worker::sending& rank_worker::next_message() {
    if (spares_.empty()) spares_.push_back(std::make_unique<sending>());
    leaving_.push_back(std::move(spares_.back()));
    spares_.pop_back();
    sending& made = *leaving_.back();
    made.first = {};
    made.first.number = ++member.given;
    made.composed = made.begun = false;
    made.message.message().clear();
    return made;
}

rank_worker::sending& rank_worker::add_preparation() {
    sending& made = next_message();
    made.first.what = word::kind::prepare;
    made.first.ring = 1;
    made.first.slot = word::no_slot;
    preparation_ = made.first.number;
    return made;
}

rank_worker::sending& rank_worker::add(remote_call& call, bool ring) {
    sending& made = next_message();
    made.first.what = word::kind::call;
    made.first.ring = ring ? 1 : 0;
    made.first.slot = take_slot();
    slots_[made.first.slot] = {&call, made.first.number};
    ++in_flight;
    call.holder_ = this;
    call.slot_ = made.first.slot;
    call.number_ = made.first.number;
    return made;
}

std::uint32_t rank_worker::take_slot() {
    if (free_slots_.empty()) {   // a broadcast goes to those that are busy as well
        slots_.emplace_back();
        return static_cast<std::uint32_t>(slots_.size() - 1);
    }
    const std::uint32_t slot = free_slots_.back();
    free_slots_.pop_back();
    return slot;
}

broadcast_target rank_worker::reserve(remote_call& call,
                                      std::shared_ptr<const broadcast_list> list) {
    const std::uint32_t slot = take_slot();
    const std::uint64_t number = ++member.given;
    slots_[slot] = {&call, number, std::move(list)};
    ++in_flight;
    call.holder_ = this;
    call.slot_ = slot;
    call.number_ = number;
    call.pinned_ = true;
    return {rank(), slot, number};
}

rank_worker::sending& rank_worker::add_broadcast(const broadcast_target& first) {
    sending& made = next_message();
    --member.given;   // the number was given before
    made.first.what = word::kind::broadcast;
    made.first.ring = 1;
    made.first.slot = first.slot;
    made.first.number = first.number;
    return made;
}

std::vector<remote_call*> rank_worker::calls_by_way_of(int rank) const {
    std::vector<remote_call*> all;
    for (const entry& each : slots_) {
        if (each.call == nullptr || !each.list) continue;
        const auto mine = std::ranges::find(*each.list, member.info.rank, &broadcast_target::rank);
        const auto index = static_cast<std::size_t>(mine - each.list->begin());
        const std::vector<int> before = ranks_before(*each.list, index);
        if (std::ranges::find(before, rank) != before.end()) all.push_back(each.call);
    }
    return all;
}

void rank_worker::drop(sending& what) {
    std::erase_if(leaving_, [&](const auto& each) { return each.get() == &what; });
}

bool rank_worker::advance(mpi_port& port) {
    std::erase_if(orders_, [](const auto& each) { return each->sent.done(); });
    while (!leaving_.empty() && leaving_.front()->composed) {
        sending& first = *leaving_.front();
        if (!std::exchange(first.begun, true)) first.message.begin(port, rank(), first.first);
        if (!first.message.advance(port)) return true;
        if (spares_.size() < spares_max) spares_.push_back(std::move(leaving_.front()));
        leaving_.pop_front();
    }
    return !orders_.empty();
}

remote_call* rank_worker::find(std::uint32_t slot, std::uint64_t number) const noexcept {
    if (slot >= slots_.size() || slots_[slot].number != number) return nullptr;
    return slots_[slot].call;
}

void rank_worker::remove(remote_call& call) noexcept {
    slots_[call.slot_] = {};
    free_slots_.push_back(call.slot_);
    --in_flight;
    call.holder_ = nullptr;
}

bool rank_worker::is_composing(const remote_call& call) const noexcept {
    return std::ranges::any_of(leaving_, [&](const auto& each) {
        return each->first.slot == call.slot_ && each->first.number == call.number_ &&
               !each->composed;
    });
}

rank_worker::withdrawal rank_worker::withdraw(remote_call& call) noexcept {
    const auto at = std::ranges::find_if(leaving_, [&](const auto& each) {
        return each->first.what == word::kind::call && each->first.number == call.number_;
    });
    if (at == leaving_.end() || (*at)->begun) return withdrawal::sent;
    if (!(*at)->composed) return withdrawal::composing;
    leaving_.erase(at);
    remove(call);
    return withdrawal::done;
}

void rank_worker::tell(mpi_port& port, word::kind what, std::uint64_t number) {
    auto made = std::make_unique<order>();
    made->what.what = what;
    made->what.number = number;
    port.send(rank(), mpi_port::tag::word, std::as_bytes(std::span(&made->what, 1)), made->sent);
    orders_.push_back(std::move(made));
    ring(member.lifeline);
}

void rank_worker::learn(std::uint64_t busy_ns) noexcept {
    busy_ns = std::clamp<std::uint64_t>(busy_ns, 100, 1'000'000'000);
    average_ns_ = average_ns_ == 0 ? busy_ns : (7 * average_ns_ + busy_ns) / 8;
    ahead_max_ = static_cast<std::uint32_t>(
        std::clamp<std::uint64_t>(ahead_ns / average_ns_, 2, slots_max));
}

std::vector<remote_call*> rank_worker::calls() const {
    std::vector<entry> given;
    for (const entry& each : slots_)
        if (each.call != nullptr) given.push_back(each);
    std::ranges::sort(given, {}, &entry::number);
    std::vector<remote_call*> all;
    for (const entry& each : given) all.push_back(each.call);
    return all;
}

void rank_worker::forget_messages() noexcept {
    // MPI may still read what it was given: these messages are never used again, nor freed.
    for (auto& each : leaving_) {
        if (!each->composed) continue;
        each->message.forget();
        if (each->begun) static_cast<void>(each.release());
        each.reset();
    }
    for (auto& each : orders_) static_cast<void>(each.release());
    std::erase(leaving_, nullptr);
    orders_.clear();
}

}  // namespace troika::impl
