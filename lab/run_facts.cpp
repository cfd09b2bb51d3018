// SPDX-License-Identifier: MIT
#include "lab/run_facts.hpp"

#include <algorithm>
#include <cmath>

namespace troika::lab {

std::string_view name_of(time_use use) noexcept {
    switch (use) {
    case time_use::computing:
        return "computing";
    case time_use::ready:
        return "ready";
    case time_use::disk:
        return "disk";
    case time_use::network:
        return "network";
    case time_use::lock:
        return "lock";
    case time_use::sleeping:
        return "sleeping";
    case time_use::other:
        break;
    }
    return "other";
}

namespace {

/// What two runs of a program say of it, weighed by how long it computed.
working_process joined(const working_process& one, const working_process& other) {
    working_process both = one;
    both.cpu_s += other.cpu_s;
    both.threads = std::max(one.threads, other.threads);
    const double share = both.cpu_s > 0 ? other.cpu_s / both.cpu_s : 0;
    both.running = std::lerp(one.running, other.running, share);
    both.locked = std::lerp(one.locked, other.locked, share);
    both.turns_per_s = std::lerp(one.turns_per_s, other.turns_per_s, share);
    return both;
}

}  // namespace

run_facts sum_of(const std::vector<run_facts>& runs) {
    const auto longest = std::ranges::max_element(runs, {}, &run_facts::wall_s);
    run_facts sum = *longest;   // its names and its picture
    for (auto run = runs.begin(); run != runs.end(); ++run) {
        if (run == longest) continue;
        sum.wall_s += run->wall_s;
        sum.busiest = joined(sum.busiest, run->busiest);
        sum.user_s += run->user_s;
        sum.system_s += run->system_s;
        for (std::size_t i = 0; i < time_use_count; ++i) sum.time_s[i] += run->time_s[i];
        sum.unseen_s += run->unseen_s;
        sum.ready_thread_s += run->ready_thread_s;
        sum.looks += run->looks;
        sum.switches_known = sum.switches_known && run->switches_known;
        sum.switches_voluntary += run->switches_voluntary;
        sum.switches_involuntary += run->switches_involuntary;
        sum.io_known = sum.io_known && run->io_known;
        sum.disk_read_bytes += run->disk_read_bytes;
        sum.disk_write_bytes += run->disk_write_bytes;
        sum.read_bytes += run->read_bytes;
        sum.write_bytes += run->write_bytes;
        sum.major_faults += run->major_faults;
        sum.memory_peak_bytes = std::max(sum.memory_peak_bytes, run->memory_peak_bytes);
        sum.processes_seen += run->processes_seen;
        sum.processes_max = std::max(sum.processes_max, run->processes_max);
        sum.threads_max = std::max(sum.threads_max, run->threads_max);
    }
    return sum;
}

}  // namespace troika::lab
