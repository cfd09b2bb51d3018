// SPDX-License-Identifier: MIT
#include "lab/run_tally.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace troika::lab {

namespace {

constexpr double second_ns = 1e9;
constexpr double working_share = 0.1;    // of the computing: who does less does not count
constexpr double computes_share = 0.25;  // of a span: whether a process computed in it

std::size_t index(time_use use) noexcept { return static_cast<std::size_t>(use); }
double ns(std::uint64_t value) noexcept { return static_cast<double>(value); }
std::uint64_t beyond(std::uint64_t value, std::uint64_t base) noexcept {
    return value > base ? value - base : 0;
}

// A process names itself as it likes, also with what would command a terminal.
std::string shown(std::string_view name) {
    std::string text(name);
    std::ranges::replace_if(text, [](char c) { return c < ' ' || c > '~'; }, '?');
    return text;
}

// What the others wait for comes first.
constexpr std::array wait_order{time_use::disk, time_use::network, time_use::sleeping,
                                time_use::other, time_use::lock};

}  // namespace

std::uint64_t run_tally::process_state::used_ns() const noexcept {
    std::uint64_t sum = 0;
    for (const auto& [id, thread] : threads) sum += thread.used_ns();
    return sum;
}

run_tally::run_tally(unsigned processors, std::uint64_t now_ns, const looks& running)
    : began_ns_(now_ns), last_ns_(now_ns) {
    facts_.processors = processors;
    for (const os::process_sample& found : running) state_of(found, false);
}

run_tally::process_state* run_tally::state_of(const os::process_sample& found,
                                              bool its_past_counts) {
    const identity who{found.started, found.id};
    if (const auto known = processes_.find(who); known != processes_.end()) return &known->second;
    if (entries_ >= entries_max) return nullptr;
    ++entries_;
    ++facts_.processes_seen;
    process_state& state = processes_[who];
    state.name = found.name;
    state.last = found;
    state.lives = true;
    if (its_past_counts) return &state;
    state.base_user_ns = found.user_ns;
    state.base_system_ns = found.system_ns;
    state.base_children_ns = found.children_user_ns + found.children_system_ns;
    state.base_io = found.io.value_or(os::process_io());
    state.base_faults = found.major_faults;
    for (const os::thread_sample& thread : found.threads) {
        ++entries_;
        state.threads[thread.id] = {.first_run_ns = thread.run_ns,
                                    .run_ns = thread.run_ns,
                                    .ready_ns = thread.ready_ns,
                                    .turns = thread.turns};
    }
    return &state;
}

void run_tally::look(std::uint64_t now_ns, const looks& found) {
    const double span_ns = ns(beyond(now_ns, last_ns_));
    last_ns_ = std::max(now_ns, last_ns_);
    ++facts_.looks;
    for (auto& [who, state] : processes_) state.lives = false;
    step sum;
    for (const os::process_sample& each : found)
        if (process_state* const state = state_of(each, true)) take(*state, each, span_ns, sum);
    facts_.processes_max = std::max(facts_.processes_max, static_cast<unsigned>(found.size()));
    facts_.threads_max = std::max(facts_.threads_max, sum.threads);
    facts_.memory_peak_bytes = std::max(facts_.memory_peak_bytes, sum.resident_bytes);
    facts_.ready_thread_s += ns(sum.ready_ns) / second_ns;

    // Parents are charged with what their children used, once these have ended. What is more than
    // we saw of those was used by processes that came and went.
    double charged_ns = 0;
    double seen_ns = 0;
    for (const auto& [who, state] : processes_) {
        if (state.lives)
            charged_ns += ns(beyond(state.last.children_user_ns + state.last.children_system_ns,
                                    state.base_children_ns));
        else
            seen_ns += ns(state.used_ns());
    }
    if (const double hidden_ns = charged_ns - seen_ns; hidden_ns > hidden_ns_) {
        undrawn_ns_ += hidden_ns - hidden_ns_;
        hidden_ns_ = hidden_ns;
    }
    // The charges come in lumps: one is spread over the spans that have room.
    const double used_ns = ns(sum.used_ns);
    const double room_ns = std::max(0.0, span_ns - used_ns);
    const double drawn_ns = std::min(undrawn_ns_, room_ns);
    undrawn_ns_ -= drawn_ns;
    divide(span_ns, sum, used_ns + drawn_ns);
    draw(span_ns, used_ns + drawn_ns);
}

void run_tally::take(process_state& state, const os::process_sample& found, double span_ns,
                     step& sum) {
    using enum os::thread_activity;
    state.lives = true;
    std::uint64_t used_ns = 0;
    std::uint64_t turns = 0;
    for (const os::thread_sample& thread : found.threads) {
        if (entries_ >= entries_max && !state.threads.contains(thread.id)) continue;
        const auto [at, is_new] = state.threads.try_emplace(thread.id);
        entries_ += is_new ? 1 : 0;
        thread_state& known = at->second;
        // A number that is used again is another thread: its counters begin anew.
        if (thread.run_ns < known.run_ns) {
            const std::uint64_t earlier = known.used_ns();
            known = {};
            known.first_run_ns = 0 - earlier;
        }
        used_ns += thread.run_ns - std::min(known.run_ns, thread.run_ns);
        sum.ready_ns += beyond(thread.ready_ns, known.ready_ns);
        turns += beyond(thread.turns, known.turns);
        known.run_ns = thread.run_ns;
        known.ready_ns = thread.ready_ns;
        known.turns = thread.turns;
        const auto waits = [&](time_use use) { sum.waits[index(use)] = true; };
        switch (thread.activity) {
        case disk:
            waits(time_use::disk);
            break;
        case network:
            waits(time_use::network);
            break;
        case peer:
        case other:
        case stopped:
            waits(time_use::other);
            break;
        case lock:
            waits(time_use::lock);
            break;
        case timer:
            waits(time_use::sleeping);
            break;
        case many:
            waits(found.has_sockets ? time_use::network : time_use::sleeping);
            break;
        case unknown:
            sum.unseen = true;
            break;
        case runs:
        case child:   // which we watch itself
        case gone:
            break;
        }
        sum.threads += thread.activity == gone ? 0 : 1;
    }
    if (ns(used_ns) >= computes_share * span_ns) {
        state.computing_ns += span_ns;
        state.turns += turns;
        for (const os::thread_sample& thread : found.threads) {
            const auto known = state.threads.find(thread.id);
            if (known == state.threads.end()) continue;
            if (thread.activity == runs) known->second.running_ns += span_ns;
            if (thread.activity == lock) known->second.locked_ns += span_ns;
        }
    }
    sum.used_ns += used_ns;
    sum.resident_bytes += found.resident_bytes;
    const os::process_io before = state.last.io.value_or(os::process_io());
    if (found.io)
        sum.disk_bytes += beyond(found.io->disk_read_bytes, before.disk_read_bytes) +
                          beyond(found.io->disk_write_bytes, before.disk_write_bytes);
    else
        facts_.io_known = false;
    const std::optional<os::process_io> io = found.io ? found.io : state.last.io;
    state.last = found;
    state.last.io = io;   // which is secret once it has begun to end
    state.last.threads.clear();
}

void run_tally::divide(double span_ns, const step& sum, double used_ns) {
    const auto add = [&](time_use use, double part_ns) {
        facts_.time_s[index(use)] += part_ns / second_ns;
    };
    const double computing = std::min(span_ns, used_ns);
    const double ready = std::min(span_ns - computing, ns(sum.ready_ns));
    const double rest = span_ns - computing - ready;
    add(time_use::computing, computing);
    add(time_use::ready, ready);
    const auto why = std::ranges::find_if(
        wait_order, [&](time_use use) { return sum.waits[index(use)]; });
    if (why != wait_order.end())
        add(*why, rest);
    else if (sum.disk_bytes != 0)
        add(time_use::disk, rest);
    else if (sum.unseen)
        facts_.unseen_s += rest / second_ns;
    else
        undecided_ns_ += rest;
}

void run_tally::draw(double span_ns, double used_ns) {
    while (span_ns > 0) {
        const double part = std::min(span_ns, span_ns_ - open_ns_);
        const double used = used_ns * part / span_ns;
        open_ns_ += part;
        open_used_ns_ += used;
        span_ns -= part;
        used_ns -= used;
        if (open_ns_ < span_ns_) return;
        facts_.busy.push_back(static_cast<float>(open_used_ns_ / open_ns_));
        open_ns_ = open_used_ns_ = 0;
        if (facts_.busy.size() < run_facts::busy_max) continue;
        for (std::size_t i = 0; i < facts_.busy.size() / 2; ++i)
            facts_.busy[i] = (facts_.busy[2 * i] + facts_.busy[2 * i + 1]) / 2;
        facts_.busy.resize(facts_.busy.size() / 2);
        span_ns_ *= 2;
    }
}

void run_tally::add_usage(const os::children_usage& used) { usage_ = used; }

void run_tally::add_switches(os::switch_counts counts) {
    facts_.switches_known = true;
    facts_.switches_voluntary = counts.voluntary;
    facts_.switches_involuntary = counts.involuntary;
}

// Spans in which all threads ran at the moment of the look, though for some of it none did: like
// the others. Time that a host gave to other machines is charged to nobody, and is ready time.
void run_tally::distribute() {
    double known_s = facts_.time(time_use::ready);
    for (const time_use use : wait_order) known_s += facts_.time(use);
    const double undecided_s = undecided_ns_ / second_ns;
    if (known_s <= 0) {
        const bool computed = facts_.time(time_use::computing) > 0;
        facts_.time_s[index(computed ? time_use::ready : time_use::other)] += undecided_s;
    } else {
        facts_.time_s[index(time_use::ready)] *= 1 + undecided_s / known_s;
        for (const time_use use : wait_order)
            facts_.time_s[index(use)] *= 1 + undecided_s / known_s;
    }
    facts_.time_s[index(time_use::other)] += facts_.unseen_s;
}

working_process run_tally::busiest() const {
    working_process found;
    const auto most = std::ranges::max_element(
        processes_, {}, [](const auto& each) { return each.second.used_ns(); });
    if (most == processes_.end()) return found;
    const process_state& state = most->second;
    const double used_ns = ns(state.used_ns());
    found.name = shown(state.last.name);   // the last one: it may have become another program
    found.cpu_s = used_ns / second_ns;
    if (state.computing_ns <= 0) return found;
    for (const auto& [id, thread] : state.threads) {
        if (ns(thread.used_ns()) < working_share * used_ns) continue;
        ++found.threads;
        found.running += thread.running_ns / state.computing_ns;
        found.locked += thread.locked_ns / state.computing_ns;
    }
    found.turns_per_s = ns(state.turns) / (state.computing_ns / second_ns);
    return found;
}

run_facts run_tally::finish(std::uint64_t now_ns) {
    std::uint64_t user_ns = 0;
    std::uint64_t system_ns = 0;
    std::uint64_t all_ns = 0;
    for (const auto& [who, state] : processes_) {
        user_ns += beyond(state.last.user_ns, state.base_user_ns);
        system_ns += beyond(state.last.system_ns, state.base_system_ns);
        all_ns += state.used_ns();
        facts_.major_faults += beyond(state.last.major_faults, state.base_faults);
        const os::process_io io = state.last.io.value_or(os::process_io());
        facts_.disk_read_bytes += beyond(io.disk_read_bytes, state.base_io.disk_read_bytes);
        facts_.disk_write_bytes += beyond(io.disk_write_bytes, state.base_io.disk_write_bytes);
        facts_.read_bytes += beyond(io.read_calls_bytes, state.base_io.read_calls_bytes);
        facts_.write_bytes += beyond(io.write_calls_bytes, state.base_io.write_calls_bytes);
    }
    for (const auto& [who, state] : processes_)
        if (ns(state.used_ns()) >= working_share * ns(all_ns) && all_ns != 0)
            ++facts_.processes_working;
    facts_.busiest = busiest();
    facts_.user_s = (ns(user_ns) + hidden_ns_) / second_ns;
    facts_.system_s = ns(system_ns) / second_ns;
    if (usage_) {
        facts_.user_s = ns(usage_->user_ns) / second_ns;
        facts_.system_s = ns(usage_->system_ns) / second_ns;
        facts_.major_faults = std::max(facts_.major_faults, usage_->major_faults);
        facts_.disk_read_bytes = std::max(facts_.disk_read_bytes, usage_->disk_read_bytes);
        facts_.disk_write_bytes = std::max(facts_.disk_write_bytes, usage_->disk_write_bytes);
        facts_.memory_peak_bytes =
            std::max(facts_.memory_peak_bytes, usage_->resident_peak_bytes);
        add_switches(usage_->switches);
    }

    // What came after the last look: the rest of the computing, and nobody knows what else.
    facts_.wall_s = ns(beyond(now_ns, began_ns_)) / second_ns;
    const double last_s = ns(beyond(now_ns, last_ns_)) / second_ns;
    const double drawn_s = ns(all_ns) / second_ns + (hidden_ns_ - undrawn_ns_) / second_ns;
    const double more_s = std::clamp(facts_.cpu_s() - drawn_s, 0.0, last_s);
    facts_.time_s[index(time_use::computing)] += more_s;
    undecided_ns_ += (last_s - more_s) * second_ns;
    draw(last_s * second_ns, more_s * second_ns);
    // A lump that came too late to be spread was computing in spans of which we knew nothing.
    const double late_ns = std::min(undrawn_ns_, undecided_ns_);
    facts_.time_s[index(time_use::computing)] += late_ns / second_ns;
    undecided_ns_ -= late_ns;
    if (open_ns_ > span_ns_ / 2 || facts_.busy.empty())
        if (open_ns_ > 0) facts_.busy.push_back(static_cast<float>(open_used_ns_ / open_ns_));
    distribute();
    return facts_;
}

}  // namespace troika::lab
