// SPDX-License-Identifier: MIT
#include "testing/model_scheduler.hpp"

#include <algorithm>

namespace troika::testing::impl {
namespace {

constexpr unsigned bit(std::size_t thread) noexcept {
    return 1u << thread;
}

}  // namespace

void model_scheduler::begin(std::size_t count, const thread_view& view) {
    count_ = count;
    last_ = 0;
    preemptions_ = 0;
    pauses_ = 0;
    redundant_ = false;
    for (std::size_t i = 1; i <= count; ++i) {
        runner& one = threads_[i];
        one.view = view;
        one.next = {};
        one.state = thread_state::resumable;
        one.yielded = one.asleep = false;
        one.explored = 0;
        one.idle_rounds = one.pauses = one.stepped = one.owed = 0;
        one.round.clear();
        one.last_round.clear();
    }
}

void model_scheduler::park(std::size_t thread, const pending_step& next) noexcept {
    threads_[thread].state = thread_state::parked;
    threads_[thread].next = next;
}

void model_scheduler::block(std::size_t thread, std::size_t location) noexcept {
    threads_[thread].state = thread_state::blocked;
    threads_[thread].next.location = location;
    threads_[thread].round.clear();
    threads_[thread].last_round.clear();
    threads_[thread].idle_rounds = 0;
}

void model_scheduler::pause(std::size_t thread) {
    auto& one = threads_[thread];
    one.state = thread_state::paused;
    one.yielded = true;
    one.paused_at = ++pauses_;
    one.owed = one.pauses++ == 0 ? 0 : parked() & ~one.stepped & ~bit(thread);
    one.stepped = 0;
    one.idle_rounds = one.round == one.last_round ? one.idle_rounds + 1 : 0;
    std::swap(one.round, one.last_round);
    one.round.clear();
}

void model_scheduler::waiting(std::size_t location, std::vector<std::size_t>& threads) const {
    threads.clear();
    for (std::size_t i = 1; i <= count_; ++i)
        if (is_blocked(i) && threads_[i].next.location == location) threads.push_back(i);
}

unsigned model_scheduler::parked() const noexcept {
    unsigned found = 0;
    for (std::size_t i = 1; i <= count_; ++i)
        if (threads_[i].state == thread_state::parked) found |= bit(i);
    return found;
}

bool model_scheduler::finds_news(const runner& one) const noexcept {
    for (const reading& read : one.last_round) {
        const model_location& at = memory_->at(read.location);
        if (!at.alive || at.atomic.at(at.atomic.newest()).value != read.value) return true;
    }
    return false;
}

bool model_scheduler::may_resume(std::size_t index, unsigned parked) const noexcept {
    const runner& one = threads_[index];
    const bool fresh = one.idle_rounds < options_.idle_rounds_max || one.last_round.empty();
    if (!fresh && !finds_news(one)) return false;
    // When only those are left that pause, the news have to be enough.
    return parked == 0 || (one.stepped != 0 && (one.owed & ~one.stepped & parked) == 0);
}

std::size_t model_scheduler::next_to_advance() {
    const auto advance = [&](std::size_t index) {
        if (threads_[index].state == thread_state::paused) wake_all_sleepers();
        threads_[index].state = thread_state::parked;   // or what it turns out to be
        return index;
    };
    bool has_paused = false;
    for (std::size_t i = 1; i <= count_; ++i) {
        if (threads_[i].state == thread_state::resumable) return advance(i);
        has_paused |= threads_[i].state == thread_state::paused;
    }
    if (!has_paused) return none;
    const unsigned ready = parked();
    std::size_t longest = none;
    for (std::size_t i = 1; i <= count_; ++i) {
        if (threads_[i].state != thread_state::paused) continue;
        if (may_resume(i, ready)) return advance(i);
        if (longest == none || threads_[i].paused_at < threads_[longest].paused_at) longest = i;
    }
    // Nobody else can run: let it find out whether its loop has an end.
    return ready == 0 ? advance(longest) : none;
}

bool model_scheduler::is_candidate(std::size_t index) {
    const runner& one = threads_[index];
    if (one.state != thread_state::parked || one.asleep) return false;
    return one.explored == 0 || !one.next.is_load || !loadable(index).empty();
}

std::span<const std::size_t> model_scheduler::candidates() {
    candidates_.clear();
    const bool goes_on = last_ != 0 && threads_[last_].state == thread_state::parked
                         && !threads_[last_].yielded;
    if (goes_on && preemptions_ >= options_.preemptions_max) {
        candidates_.push_back(last_);
        return candidates_;
    }
    for (int attempt = 0; attempt < 2; ++attempt) {
        if (goes_on && is_candidate(last_)) candidates_.push_back(last_);
        for (std::size_t i = 1; i <= count_; ++i)
            if ((i != last_ || !goes_on) && is_candidate(i)) candidates_.push_back(i);
        if (!candidates_.empty() || parked() == 0) break;
        // All sleep. The execution is only finished, so that nothing is left behind.
        redundant_ = true;
        wake_all_sleepers();
    }
    return candidates_;
}

std::size_t model_scheduler::choose(std::size_t index, std::uint32_t sequence) noexcept {
    const std::size_t chosen = candidates_[index];
    const bool goes_on = last_ != 0 && threads_[last_].state == thread_state::parked
                         && !threads_[last_].yielded;
    if (goes_on && chosen != last_) ++preemptions_;
    if (options_.reduce && !redundant_)
        for (std::size_t i = 0; i < index; ++i) {
            threads_[candidates_[i]].asleep = true;
            threads_[candidates_[i]].explored = sequence;
        }
    last_ = chosen;
    return chosen;
}

std::span<const store_id> model_scheduler::loadable(std::size_t index) {
    runner& one = threads_[index];
    const std::size_t where = one.next.location;
    atomic_history& history = memory_->at(where).atomic;
    const auto all = history.readable(index, one.view, options_.history_max);
    loadable_.assign(all.begin(), all.end());
    if (one.next.order == std::memory_order_seq_cst)
        std::erase_if(loadable_, [&](store_id id) {
            return !memory_->sequence().allows({where, index, &one.view.happened, id, false},
                                               history);
        });
    if (one.explored != 0)
        std::erase_if(loadable_,
                      [&](store_id id) { return history.at(id).sequence <= one.explored; });
    // A loop that has found the same twice does not find it a third time if there is more.
    if (one.idle_rounds >= options_.idle_rounds_max && loadable_.size() > 1)
        for (const reading& read : one.last_round)
            if (read.location == where && read.store != loadable_.front()
                && std::ranges::none_of(one.round,
                                        [&](const reading& r) { return r.location == where; }))
                std::erase(loadable_, read.store);
    return loadable_;
}

void model_scheduler::executed(std::size_t index, step_effect effect, store_id store,
                               std::uint64_t value) {
    runner& one = threads_[index];
    one.yielded = one.asleep = false;
    one.explored = 0;
    if (store != no_store) one.round.push_back({one.next.location, store, value});
    for (std::size_t i = 1; i <= count_; ++i)
        if (i != index) threads_[i].stepped |= bit(index);
    wake_sleepers(index, effect);
}

void model_scheduler::wake_sleepers(std::size_t by, step_effect effect) noexcept {
    const pending_step& done = threads_[by].next;
    for (std::size_t i = 1; i <= count_; ++i) {
        runner& one = threads_[i];
        if (i == by || one.explored == 0 || one.next.location != done.location) continue;
        if (effect == step_effect::load) continue;
        one.asleep = false;   // a load: for what it has not read yet
        if (effect == step_effect::other || !one.next.is_load) one.explored = 0;
    }
}

void model_scheduler::wake_all_sleepers() noexcept {
    for (std::size_t i = 1; i <= count_; ++i) {
        threads_[i].asleep = false;
        threads_[i].explored = 0;
    }
}

}  // namespace troika::testing::impl
