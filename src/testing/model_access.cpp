// SPDX-License-Identifier: MIT
#include "testing/model_engine.hpp"

#include <algorithm>

// What a thread does at each access to a shared object: it stops before the access, and when it
// runs again, the access happens at once.
namespace troika::testing::impl {
namespace {

struct operation_form {
    std::string_view name;
    step_kind kind;
};

constexpr operation_form operation_forms[] = {
    {"exchange", step_kind::exchange},   {"fetch_add", step_kind::fetch_add},
    {"fetch_sub", step_kind::fetch_sub}, {"fetch_and", step_kind::fetch_and},
    {"fetch_or", step_kind::fetch_or},   {"fetch_xor", step_kind::fetch_xor}};

}  // namespace

void model_engine::enter_step(std::source_location where) {
    where_[current_] = where;
    // Each access has a time of its own, so that what comes after a release is not part of it.
    ++view().happened.at[current_];
    ++view().visible.at[current_];
}

std::size_t model_engine::require(const void* address, std::source_location where) {
    const std::size_t location = memory_.find(address);
    if (location == model_memory::none)
        fail_at(where, "an object that this execution has not constructed: make what threads share "
                       "within the scenario");
    return location;
}

void model_engine::require_use(std::size_t location, std::source_location where) {
    const model_location& at = memory_.at(location);
    if (!at.alive) fail_at(where, trace_.name(location) + " is used after its destruction");
    if (!at.is_plain && !at.atomic.constructed_before(clock()))
        fail_at(where, trace_.name(location) + " is used by a thread for which its construction "
                       "has not happened before: publish it with release and acquire");
}

std::size_t model_engine::arrive(const void* address, bool is_load, std::memory_order order,
                                 std::source_location where) {
    const std::size_t location = require(address, where);
    where_[current_] = where;
    if (concurrent_) {
        scheduler_.park(current_, {location, order, is_load});
        reschedule();
    }
    count_step();
    enter_step(where);
    require_use(location, where);
    return location;
}

void model_engine::record(step_kind kind, std::size_t location, std::memory_order order,
                          std::uint64_t before, std::uint64_t after, std::uint64_t newest,
                          std::source_location where, bool early) {
    trace_.add({kind, current_, location, order, before, after, newest, early, where});
}

void model_engine::done(std::size_t location, step_effect effect, store_id store) {
    if (!concurrent_) return;
    const std::uint64_t value
        = store == no_store ? 0 : memory_.at(location).atomic.at(store).value;
    scheduler_.executed(current_, effect, store, value);
}

void model_engine::construct(const void* address, value_form form, std::size_t bytes,
                             std::uint64_t value, std::source_location where) {
    enter_step(where);
    const std::size_t location = memory_.construct(address, false);
    memory_.at(location).atomic.construct(value, current_, clock(), ++sequence_);
    location_style& style = trace_.style(location);
    style.form = form;
    style.bytes = bytes;
    record(step_kind::construct, location, std::memory_order_relaxed, 0, value, value, where);
}

void model_engine::destroy(const void* address) {
    if (!running_) return;   // of an execution that has failed
    const std::source_location where = where_[current_];
    const std::size_t location = require(address, where);
    enter_step(where);
    require_use(location, where);
    model_location& at = memory_.at(location);
    const std::size_t other = at.is_plain ? at.plain.write(current_, clock())
                                          : at.atomic.unordered_access(clock());
    record(step_kind::destroy, location, std::memory_order_relaxed, 0, 0, 0, where);
    if (other != model_threads_max) fail_race(location, other, where);
    at.alive = false;
}

std::uint64_t model_engine::load(const void* address, std::memory_order order,
                                 std::source_location where) {
    order = sites_.use("load", order, where);
    const std::size_t location = arrive(address, true, order, where);
    atomic_history& history = memory_.at(location).atomic;
    const auto readable = concurrent_
        ? scheduler_.loadable(current_)
        : history.readable(current_, view(), options_.history_max);
    const store_id id = readable[choose(readable.size())];
    add_to_sequence(location, order, id, id, false);
    const std::uint64_t value = history.read(id, current_, view(), order);
    record(step_kind::load, location, order, value, value, history.at(history.newest()).value,
           where);
    done(location, step_effect::load, id);
    return value;
}

void model_engine::store(const void* address, std::uint64_t value, std::memory_order order,
                         std::source_location where) {
    order = sites_.use("store", order, where);
    const std::size_t location = arrive(address, false, order, where);
    atomic_history& history = memory_.at(location).atomic;
    const store_id place = choose_place(location, order);
    const std::uint64_t newest = history.at(history.newest()).value;
    add_to_sequence(location, order, place, history.next_id(), true);
    const store_id id
        = history.write(value, place, false, current_, view(), order, ++sequence_);
    record(step_kind::store, location, order, value, value, newest, where, id != history.newest());
    done(location, step_effect::write, id);
}

std::uint64_t model_engine::change(const void* address, atomic_operation operation,
                                   atomic_change compute, std::uint64_t operand,
                                   std::memory_order order, std::source_location where) {
    const operation_form& form = operation_forms[static_cast<std::size_t>(operation)];
    order = sites_.use(form.name, order, where);
    const std::size_t location = arrive(address, false, order, where);
    atomic_history& history = memory_.at(location).atomic;
    const store_id place = choose_place(location, order);
    const std::uint64_t newest = history.at(history.newest()).value;
    add_to_sequence(location, order, place, history.next_id(), true);
    const std::uint64_t before = history.read(place, current_, view(), order);
    const std::uint64_t after = compute(before, operand);
    const store_id id
        = history.write(after, place, true, current_, view(), order, ++sequence_);
    record(form.kind, location, order, before, after, newest, where, id != history.newest());
    done(location, step_effect::write, id);
    return before;
}

bool model_engine::is_allowed(std::size_t location, std::memory_order order, store_id store,
                              bool writes) {
    return order != std::memory_order_seq_cst
           || memory_.sequence().allows({location, current_, &clock(), store, writes},
                                        memory_.at(location).atomic);
}

void model_engine::add_to_sequence(std::size_t location, std::memory_order order, store_id store,
                                   store_id own, bool writes) {
    if (order != std::memory_order_seq_cst) return;
    if (memory_.sequence().is_full())
        fail("more than " + std::to_string(sequential_order::operations_max)
             + " seq_cst operations in one execution; make the scenario smaller");
    memory_.sequence().add({location, current_, &clock(), store, writes}, own,
                           memory_.at(location).atomic);
}

store_id model_engine::choose_place(std::size_t location, std::memory_order order) {
    const auto all
        = memory_.at(location).atomic.places(current_, view(), options_.history_max);
    places_.assign(all.begin(), all.end());
    std::erase_if(places_,
                  [&](store_id id) { return !is_allowed(location, order, id, true); });
    return places_[choose(places_.size())];
}

void model_engine::find_swap_options(std::size_t location, std::uint64_t expected,
                                     std::memory_order success, std::memory_order failure,
                                     bool weak) {
    atomic_history& history = memory_.at(location).atomic;
    swap_options_.clear();
    for (const store_id id : history.places(current_, view(), options_.history_max))
        if (history.at(id).value == expected && is_allowed(location, success, id, true))
            swap_options_.push_back({id, step_kind::swap});
    const bool spurious = weak && spurious_failures_ < options_.spurious_failures_max;
    for (const store_id id : history.readable(current_, view(), options_.history_max)) {
        if (!is_allowed(location, failure, id, false)) continue;
        if (history.at(id).value != expected)
            swap_options_.push_back({id, step_kind::swap_failed});
        else if (spurious)
            swap_options_.push_back({id, step_kind::swap_spurious});
    }
    // What happens to the newest value comes first.
    std::ranges::sort(swap_options_, [&](const swap_option& a, const swap_option& b) {
        const std::uint32_t rank_a = history.at(a.store).rank;
        const std::uint32_t rank_b = history.at(b.store).rank;
        return rank_a != rank_b ? rank_a > rank_b : a.kind < b.kind;
    });
}

bool model_engine::compare_exchange(const void* address, std::uint64_t& expected,
                                    std::uint64_t desired, std::memory_order success,
                                    std::memory_order failure, bool weak,
                                    std::source_location where) {
    success = sites_.use("compare_exchange", success, where);
    failure = sites_.use("compare_exchange on failure", failure, where);
    const std::size_t location = arrive(address, false, success, where);
    atomic_history& history = memory_.at(location).atomic;
    find_swap_options(location, expected, success, failure, weak);
    const auto [place, kind] = swap_options_[choose(swap_options_.size())];
    const std::uint64_t newest = history.at(history.newest()).value;
    const bool swaps = kind == step_kind::swap;
    const std::memory_order order = swaps ? success : failure;
    add_to_sequence(location, order, place, swaps ? history.next_id() : place, swaps);
    const std::uint64_t before = history.read(place, current_, view(), order);
    if (!swaps) {
        if (kind == step_kind::swap_spurious) ++spurious_failures_;
        expected = before;
        record(kind, location, order, before, before, newest, where);
        done(location, step_effect::load, place);
        return false;
    }
    const store_id id
        = history.write(desired, place, true, current_, view(), order, ++sequence_);
    record(kind, location, order, before, desired, newest, where, id != history.newest());
    done(location, step_effect::write, id);
    return true;
}

void model_engine::construct_plain(const void* address, std::source_location where) {
    enter_step(where);
    const std::size_t location = memory_.construct(address, true);
    memory_.at(location).plain.construct(current_, clock());
    static_cast<void>(trace_.style(location));
}

void model_engine::access_plain(const void* address, bool writes, std::source_location where) {
    const std::size_t location = require(address, where);
    enter_step(where);
    require_use(location, where);
    plain_history& history = memory_.at(location).plain;
    const std::size_t other
        = writes ? history.write(current_, clock()) : history.read(current_, clock());
    if (other != model_threads_max) fail_race(location, other, where);
}

void model_engine::fail_race(std::size_t location, std::size_t other, std::source_location where) {
    fail_at(where, "data race on " + trace_.name(location) + ": " + thread_text(current_)
                   + " uses it here, and nothing orders this after an access of "
                   + thread_text(other));
}

void model_engine::pause(std::source_location where) {
    where_[current_] = where;
    if (!concurrent_) fail_at(where, "the scenario itself would spin forever");
    record(step_kind::pause, no_location, std::memory_order_relaxed, 0, 0, 0, where);
    scheduler_.pause(current_);
    reschedule();
}

void model_engine::wait(const void* address, std::uint32_t expected, std::source_location where) {
    const std::size_t location = arrive(address, false, std::memory_order_relaxed, where);
    atomic_history& history = memory_.at(location).atomic;
    const store_id newest = history.newest();
    // The kernel has a full barrier between what the caller did before and this look.
    add_to_sequence(location, std::memory_order_seq_cst, newest, newest, false);
    const std::uint64_t value = history.read(newest, current_, view(), std::memory_order_relaxed);
    const bool blocks = value == expected;
    record(blocks ? step_kind::wait : step_kind::wait_refused, location, std::memory_order_relaxed,
           value, value, value, where);
    done(location, step_effect::other, newest);
    if (!blocks) return;
    if (!concurrent_) fail_at(where, "the scenario itself would wait forever");
    scheduler_.block(current_, location);
    reschedule();
}

void model_engine::wake(const void* address, int count, std::source_location where) {
    // Only an address: the word may be gone, then nobody waits.
    const std::size_t location = require(address, where);
    where_[current_] = where;
    if (concurrent_) {
        scheduler_.park(current_, {location, std::memory_order_relaxed, false});
        reschedule();
    }
    count_step();
    enter_step(where);
    int woken = 0;
    for (; concurrent_ && woken < count; ++woken) {
        scheduler_.waiting(location, waiting_);
        if (waiting_.empty()) break;
        scheduler_.wake(waiting_[choose(waiting_.size())]);
    }
    record(step_kind::wake, location, std::memory_order_relaxed, 0,
           static_cast<std::uint64_t>(woken), 0, where);
    done(location, step_effect::other, no_store);
}

void model_engine::barrier(bool heavy, std::source_location where) {
    const std::memory_order order = sites_.use(heavy ? "heavy_barrier" : "light_barrier",
                                               std::memory_order_seq_cst, where);
    if (order == std::memory_order_relaxed) return;   // weakened: it is not there
    where_[current_] = where;
    if (concurrent_) {
        scheduler_.park(current_, {model_memory::barriers, order, false});
        reschedule();
    }
    count_step();
    enter_step(where);
    vector_clock& visible = view().visible;
    if (heavy) {
        // What was before anybody's last light barrier is behind us, and we are before the next.
        for (const vector_clock& shown : shown_) visible.join(shown);
        heavy_.join(visible);
    }
    visible.join(heavy_);
    shown_[current_] = visible;
    record(heavy ? step_kind::heavy_barrier : step_kind::light_barrier, no_location, order, 0, 0, 0,
           where);
    done(model_memory::barriers, step_effect::other, no_store);
}

}  // namespace troika::testing::impl
