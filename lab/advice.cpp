// SPDX-License-Identifier: MIT
#include "lab/advice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>

namespace troika::lab {

namespace {

// Shares of the time in which it computes, without that in which others had the processors.
constexpr double cpu_bound_from = 0.8;
constexpr double waiting_up_to = 0.35;
constexpr double near_a_limit = 0.05;

constexpr double several_from = 1.3;        // threads that want a processor, on average
constexpr double serialised_busy = 1.2;     // processors, of which more would be parallel
constexpr double serialised_running = 1.35; // threads that run or are ready, of those that compute
constexpr double serialised_ready = 0.6;    // or such a share of them, where processors are scarce
constexpr double serialised_locked = 0.3;   // the share of them that waits for another meanwhile
constexpr double all_busy_from = 0.85;      // of the processors

constexpr unsigned looks_min = 5;
constexpr unsigned looks_enough = 30;
constexpr double once_enough_s = 3.0;
constexpr double spread_max = 0.2;
constexpr double share_of_a_loop = 0.8;   // of one processor; the rest is the loop's own
constexpr unsigned tasks_max = 1000;
constexpr unsigned disk_threads_max = 16;
constexpr unsigned mixed_threads_max = 64;

// What it would compute if it had the machine for itself, as a share of the time.
double computing_share(const run_facts& of) {
    const double rest = of.wall_s - of.time(time_use::ready);
    return rest > 0 ? std::min(1.0, of.time(time_use::computing) / rest) : 1;
}

// Threads that ran or were ready, on average, while any did.
double demand(const run_facts& of) {
    const double active = of.time(time_use::computing) + of.time(time_use::ready);
    const double ready = std::max(of.ready_thread_s, of.time(time_use::ready));
    return active > 0 ? (of.cpu_s() + ready) / active : 0;
}

bool is_interpreter(std::string_view name) {
    return std::ranges::any_of(
        std::initializer_list<std::string_view>{"python", "ruby", "node", "perl", "php"},
        [&](std::string_view known) { return name.starts_with(known); });
}

time_use most_waited_for(const run_facts& of) {
    constexpr std::array waits{time_use::disk, time_use::network, time_use::lock,
                               time_use::sleeping, time_use::other};
    return *std::ranges::max_element(waits, {}, [&](time_use use) { return of.time(use); });
}

std::string percent(double share) { return fmt::format("{:.0f} %", share * 100); }

std::string plural(double count, std::string_view what) {
    const std::string_view ending = count == 1 ? "" : what.ends_with("s") ? "es" : "s";
    return fmt::format("{:.0f} {}{}", count, what, ending);
}

std::string size(std::uint64_t bytes) {
    constexpr std::array units{"B", "KiB", "MiB", "GiB", "TiB"};
    auto value = static_cast<double>(bytes);
    std::size_t unit = 0;
    for (; value >= 1024 && unit + 1 < units.size(); ++unit) value /= 1024;
    return fmt::format("{:.{}f} {}", value, unit == 0 || value >= 100 ? 0 : 1, units[unit]);
}

std::string_view words_for(time_use waited) {
    switch (waited) {
    case time_use::disk:
        return "the disk";
    case time_use::network:
        return "the network";
    case time_use::lock:
        return "its own threads";
    case time_use::sleeping:
        return "the clock";
    default:
        return "other processes or a user";
    }
}

void find_bound(advice& found, const run_facts& all) {
    const double computes = computing_share(all);
    found.waits_for = most_waited_for(all);
    if (computes >= cpu_bound_from) {
        found.bound = boundness::cpu;
        found.verdict = "CPU-bound";
    } else if (all.unseen_s > (all.wall_s - all.time(time_use::ready)) * (1 - computes) / 2) {
        found.bound = boundness::unknown;
        found.verdict = "it waits, for something that we may not see";
    } else if (computes > waiting_up_to) {
        found.bound = boundness::mixed;
        found.verdict =
            fmt::format("mixed: computes, and waits for {}", words_for(found.waits_for));
    } else if (found.waits_for == time_use::disk) {
        found.bound = boundness::disk;
        found.verdict = "I/O-bound (disk)";
    } else if (found.waits_for == time_use::network) {
        found.bound = boundness::network;
        found.verdict = "I/O-bound (network)";
    } else {
        found.bound = boundness::waiting;
        found.verdict = fmt::format("waiting for {}", words_for(found.waits_for));
    }
}

void find_parallelism(advice& found, const run_facts& all) {
    const working_process& busiest = all.busiest;
    if (busiest.threads >= 2 && busiest.cpu_s >= all.cpu_s() / 2 &&
        all.busy_mean() <= serialised_busy &&
        busiest.running <= std::max(serialised_running, serialised_ready * busiest.threads) &&
        busiest.locked >= serialised_locked * busiest.threads)
        found.parallel = parallelism::serialised;
    else if (demand(all) >= several_from)
        found.parallel = parallelism::several;
}

void advise_computing(advice& found, const run_facts& all) {
    const unsigned processors = all.processors;
    if (processors == 1) {
        found.plan =
            "There is one processor, and it has it: nothing to gain but by computing less.";
    } else if (found.parallel == parallelism::serialised) {
        found.fits = model::processes;
        found.workers = processors;
        found.plan = fmt::format(
            "Its {} take turns, as under a global interpreter lock or one lock around all work: "
            "more threads gain nothing. Use {}.",
            plural(all.busiest.threads, "thread"), plural(processors, "process"));
    } else if (found.parallel == parallelism::several) {
        if (demand(all) >= all_busy_from * processors) {
            found.plan = fmt::format("It has work for all {} already: nothing to gain by more.",
                                     plural(processors, "processor"));
            return;
        }
        found.fits = model::pool;
        found.workers = processors;
        found.plan = fmt::format("It uses {:.1f} of {} processors. Use a pool of {}, and divide "
                                 "the work into more, smaller parts.",
                                 demand(all), processors, plural(processors, "thread"));
    } else if (is_interpreter(all.busiest.name)) {
        found.fits = model::processes;
        found.workers = processors;
        found.plan = fmt::format("One thread computes at a time, and threads of {} would take "
                                 "turns. Use {}; a thread or task for each item gains nothing.",
                                 all.busiest.name, plural(processors, "process"));
    } else {
        found.fits = model::pool;
        found.workers = processors;
        found.plan = fmt::format(
            "One thread computes at a time. If the work can be divided, use a pool of {}; for "
            "many inputs, that many processes (`troika map -j {}`). More than that gain nothing.",
            plural(processors, "thread"), processors);
    }
}

void advise_waiting(advice& found, const run_facts& all) {
    const double computes = std::max(computing_share(all), 1e-6);
    const auto at_a_time = [&](double share, unsigned most) {
        return static_cast<unsigned>(std::clamp(std::round(share / computes), 2.0, 1.0 * most));
    };
    switch (found.waits_for) {
    case time_use::network:
    case time_use::sleeping:
        found.fits = model::loop;
        found.workers = at_a_time(share_of_a_loop, tasks_max);
        found.plan = fmt::format(
            "While it waits, others could: one thread with a loop has room for {} such tasks at a "
            "time{}. Threads would do as well, at more cost; more processes gain nothing.",
            found.workers, found.workers == tasks_max ? ", or more" : "");
        break;
    case time_use::disk:
        found.fits = model::threads;
        found.workers = at_a_time(1, disk_threads_max);
        found.plan = fmt::format("Keep several requests under way: start with {}, or a loop that "
                                 "hands files to helper threads, and add more only while that is "
                                 "faster: the disk decides.",
                                 plural(found.workers, "thread"));
        break;
    case time_use::lock:
        found.plan = "Its threads wait for each other most of the time: find out what holds the "
                     "one that the others wait for.";
        break;
    default:
        found.plan = "It waits for other processes or a user: look at those.";
        break;
    }
}

void advise_mixed(advice& found, const run_facts& all) {
    // While one waits, another one computes (Goetz: processors x (1 + waiting / computing)).
    const double computes = computing_share(all);
    const double workers = std::round(all.processors / computes);
    found.workers = static_cast<unsigned>(std::clamp(workers, 2.0, 1.0 * mixed_threads_max));
    const bool alone =
        found.parallel == parallelism::serialised || is_interpreter(all.busiest.name);
    found.fits = alone ? model::processes : model::threads;
    found.plan = fmt::format(
        "Use {}: {} for each processor, as each computes {} of the time{}.",
        plural(found.workers, alone ? "process" : "thread"),
        fmt::format("{:.1f}", found.workers / static_cast<double>(all.processors)),
        percent(computes), alone ? "; its threads take turns at computing" : "");
}

void give_reasons(advice& found, const run_facts& all) {
    const auto reason = [&](std::string text) { found.reasons.push_back(std::move(text)); };
    reason(fmt::format("on a processor {} of the time, ready without one {}",
                       percent(all.share(time_use::computing)),
                       percent(all.share(time_use::ready))));
    const bool computes = all.cpu_s() >= 0.01;
    if (computes)
        reason(fmt::format("processor time: {:.2f} s, of it {} in the kernel", all.cpu_s(),
                           percent(all.system_s / all.cpu_s())));
    const double waits =
        1 - all.share(time_use::computing) - all.share(time_use::ready);
    if (waits > 0.02)
        reason(fmt::format("of the {} that it waited, {} were for {}", percent(waits),
                           percent(found.bound == boundness::unknown
                                       ? all.unseen_s / all.wall_s / waits
                                       : all.share(found.waits_for) / waits),
                           found.bound == boundness::unknown ? "something that we may not see"
                                                             : words_for(found.waits_for)));
    if (computes)
        reason(fmt::format("while it computed, {:.1f} threads wanted a processor and {:.1f} had "
                           "one, of {}",
                           demand(all), all.busy_mean(), all.processors));
    if (all.busiest.threads >= 2)
        reason(fmt::format("{} of {} computed: {:.1f} ran or were ready at a time, {:.1f} waited "
                           "for each other, with {:.0f} turns a second",
                           plural(all.busiest.threads, "thread"), all.busiest.name,
                           all.busiest.running, all.busiest.locked, all.busiest.turns_per_s));
    if (all.processes_working >= 2)
        reason(plural(all.processes_working, "process") + " did most of the work");
    if (all.switches_known && all.wall_s > 0)
        reason(fmt::format("{:.0f} times a second it waited for something, {:.0f} times another "
                           "thread got its processor",
                           static_cast<double>(all.switches_voluntary) / all.wall_s,
                           static_cast<double>(all.switches_involuntary) / all.wall_s));
    if (all.disk_read_bytes + all.disk_write_bytes != 0)
        reason(fmt::format("the disk gave {} and took {}; its calls read {} and wrote {}",
                           size(all.disk_read_bytes), size(all.disk_write_bytes),
                           size(all.read_bytes), size(all.write_bytes)));
    if (all.major_faults > 100)
        reason(fmt::format("{} pages of memory came from the disk", all.major_faults));
}

class doubter {
public:
    explicit doubter(advice& about) noexcept : about_(about) {}
    void doubt(int levels, std::string why) {
        levels_ += levels;
        about_.doubts.push_back(std::move(why));
    }
    [[nodiscard]] confidence result() const noexcept {
        return levels_ == 0   ? confidence::high
               : levels_ == 1 ? confidence::medium
                              : confidence::low;
    }

private:
    advice& about_;
    int levels_ = 0;
};

void weigh(advice& found, const run_facts& all, const std::vector<run_facts>& runs,
           const observation& how) {
    doubter weighing(found);
    if (all.wall_s < seconds_enough || all.looks < looks_enough)
        weighing.doubt(runs.size() == 1 ? 2 : 1,
                       fmt::format("it was seen for {:.2f} s only, {}", all.wall_s,
                                   plural(all.looks, "look")));
    else if (runs.size() == 1 && all.wall_s < once_enough_s)
        weighing.doubt(1, how.is_command
                              ? fmt::format("it was run once, for {:.1f} s; --repeat 3 would tell "
                                            "more",
                                            all.wall_s)
                              : fmt::format("it was watched for {:.1f} s; --for 10 would tell more",
                                            all.wall_s));
    const auto [least, most] = std::ranges::minmax(runs, {}, computing_share);
    if (computing_share(most) - computing_share(least) > spread_max)
        weighing.doubt(1, fmt::format("its runs differ: from {} to {} of the time it computed",
                                      percent(computing_share(least)),
                                      percent(computing_share(most))));
    if (all.share(time_use::ready) > 0.25)
        weighing.doubt(1, fmt::format("others had the processors: {} of the time it was ready, and "
                                      "had none",
                                      percent(all.share(time_use::ready))));
    const double computes = computing_share(all);
    if (std::abs(computes - cpu_bound_from) < near_a_limit ||
        std::abs(computes - waiting_up_to) < near_a_limit)
        weighing.doubt(1, "it stands near the border between computing and waiting");
    if (all.unseen_s > all.wall_s / 10 || (!how.sees_waits && computes < cpu_bound_from))
        weighing.doubt(1, "we may not see what it waits for: run advise as its user, or as root");
    if (!all.io_known)
        weighing.doubt(0, "some of what it read and wrote is secret: run advise as its user, or as "
                          "root");
    found.sure = weighing.result();
}

}  // namespace

advice judge(const std::vector<run_facts>& runs, const observation& how) {
    const run_facts all = sum_of(runs);
    advice found;
    if (all.wall_s < seconds_min || all.looks < looks_min) {
        found.verdict = "too short to judge";
        found.plan = fmt::format("It was seen for {:.3f} s in {}. Give it more work, so that it "
                                 "takes a second.",
                                 all.wall_s, plural(static_cast<double>(runs.size()), "run"));
        found.doubts.push_back(fmt::format("less than {:.1f} s says nothing", seconds_min));
        return found;
    }
    find_bound(found, all);
    find_parallelism(found, all);
    switch (found.bound) {
    case boundness::cpu:
        advise_computing(found, all);
        break;
    case boundness::mixed:
        advise_mixed(found, all);
        break;
    case boundness::unknown:
        found.plan = "Run advise as the user whose program it is, or as root.";
        break;
    default:
        advise_waiting(found, all);
        break;
    }
    give_reasons(found, all);
    weigh(found, all, runs, how);
    return found;
}

std::string_view name_of(boundness what) noexcept {
    constexpr std::array<std::string_view, 6> names{"unknown", "cpu",     "disk",
                                                    "network", "waiting", "mixed"};
    return names[static_cast<std::size_t>(what)];
}

std::string_view name_of(model what) noexcept {
    constexpr std::array<std::string_view, 5> names{"none", "loop", "threads", "pool", "processes"};
    return names[static_cast<std::size_t>(what)];
}

std::string_view name_of(confidence what) noexcept {
    constexpr std::array<std::string_view, 3> names{"low", "medium", "high"};
    return names[static_cast<std::size_t>(what)];
}

std::string_view name_of(parallelism what) noexcept {
    constexpr std::array<std::string_view, 3> names{"single", "several", "serialised"};
    return names[static_cast<std::size_t>(what)];
}

}  // namespace troika::lab
