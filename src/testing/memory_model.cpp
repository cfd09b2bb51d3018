// SPDX-License-Identifier: MIT
#include "testing/memory_model.hpp"

namespace troika::testing::impl {

void atomic_history::construct(std::uint64_t value, std::size_t thread, const vector_clock& clock,
                               std::uint32_t sequence) {
    stores_.clear();
    order_.clear();
    for (auto& known : known_) known.clear();
    made_by_ = thread;
    made_at_ = clock.at[thread];
    stores_.push_back({.value = value, .sequence = sequence});
    order_.push_back(0);
    note(thread, made_at_, 0);
}

std::size_t atomic_history::unordered_access(const vector_clock& clock) const noexcept {
    for (std::size_t t = 0; t < known_.size(); ++t)
        if (!known_[t].empty() && !clock.covers(t, known_[t].back().time)) return t;
    return model_threads_max;
}

std::uint32_t atomic_history::lowest_rank(std::size_t thread,
                                          const vector_clock& visible) const noexcept {
    std::uint32_t lowest = 0;
    // Coherence: what a thread has read or written, and what happened before, is not undone. A
    // thread's own knowledge only grows, so that its last entry that is visible is enough.
    for (std::size_t t = 0; t < known_.size(); ++t) {
        const auto& known = known_[t];
        for (std::size_t i = known.size(); i-- > 0;) {
            if (t != thread && !visible.covers(t, known[i].time)) continue;
            lowest = std::max(lowest, stores_[known[i].id].rank);
            break;
        }
    }
    return lowest;
}

std::span<const store_id> atomic_history::readable(std::size_t thread, const thread_view& view,
                                                   std::size_t depth) {
    const std::uint32_t lowest = lowest_rank(thread, view.visible);
    found_.clear();
    for (std::size_t i = order_.size(); i-- > lowest && found_.size() < depth;)
        found_.push_back(order_[i]);
    return found_;
}

std::span<const store_id> atomic_history::places(std::size_t thread, const thread_view& view,
                                                 std::size_t depth) {
    const std::uint32_t lowest = lowest_rank(thread, view.visible);
    found_.clear();
    for (std::size_t i = order_.size(); i-- > lowest && found_.size() < depth;)
        if (free_for_rmw(order_[i])) found_.push_back(order_[i]);
    return found_;
}

bool atomic_history::free_for_rmw(store_id id) const noexcept {
    const std::size_t next = stores_[id].rank + std::size_t{1};
    return next == order_.size() || !stores_[order_[next]].by_rmw;
}

std::uint64_t atomic_history::read(store_id id, std::size_t thread, thread_view& view,
                                   std::memory_order order) {
    const store& from = stores_[id];
    if (acquires(order) && from.has_release) view.join(from.released);
    note(thread, view.happened.at[thread], id);
    return from.value;
}

store_id atomic_history::write(std::uint64_t value, store_id place, bool by_rmw,
                               std::size_t thread, const thread_view& view,
                               std::memory_order order, std::uint32_t sequence) {
    const auto id = static_cast<store_id>(stores_.size());
    store made{.value = value, .sequence = sequence, .by_rmw = by_rmw};
    if (by_rmw && stores_[place].has_release) {
        made.released = stores_[place].released;
        made.has_release = true;
    }
    if (releases(order)) {
        made.released.join(view);
        made.has_release = true;
    }
    made.rank = stores_[place].rank + 1;
    order_.insert(order_.begin() + static_cast<std::ptrdiff_t>(made.rank), id);
    stores_.push_back(made);
    for (std::size_t i = made.rank + std::size_t{1}; i < order_.size(); ++i)
        ++stores_[order_[i]].rank;
    note(thread, view.happened.at[thread], id);
    return id;
}

void atomic_history::note(std::size_t thread, std::uint32_t time, store_id id) {
    known_[thread].push_back({time, id});
}

void plain_history::construct(std::size_t thread, const vector_clock& clock) noexcept {
    writer_ = thread;
    written_at_ = clock.at[thread];
    read_at_ = {};
}

std::size_t plain_history::read(std::size_t thread, const vector_clock& clock) noexcept {
    read_at_.at[thread] = clock.at[thread];
    return clock.covers(writer_, written_at_) ? model_threads_max : writer_;
}

std::size_t plain_history::write(std::size_t thread, const vector_clock& clock) noexcept {
    for (std::size_t t = 0; t < model_threads_max; ++t)
        if (!clock.covers(t, read_at_.at[t])) return t;
    const bool ordered = clock.covers(writer_, written_at_);
    const std::size_t other = ordered ? model_threads_max : writer_;
    writer_ = thread;
    written_at_ = clock.at[thread];
    return other;
}

}  // namespace troika::testing::impl
