// SPDX-License-Identifier: MIT
#pragma once

#include "lab/run_facts.hpp"
#include "os/process_sample.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace troika::lab {

/// Makes facts of what process_sampler saw, look by look.
///
/// The time between two looks is divided up: what threads spent on processors and ready for one is
/// known exactly, and what the rest was spent on is what the later look shows; where several
/// threads wait, what the others wait for in the end: a disk before a peer, a peer before a clock,
/// and only then another thread. Processes that come and go between two looks are known by the time
/// that their parents are charged with.
///
/// Times in nanoseconds, by any clock that goes on. Memory: a few bytes for each thread and process
/// of which something was seen, of at most entries_max.
class run_tally {
public:
    using looks = std::vector<os::process_sample>;
    static constexpr std::size_t entries_max = 20'000;

    /// `running`: what is there already, whose past does not count. Empty for a program of which
    /// everything counts.
    run_tally(unsigned processors, std::uint64_t now_ns, const looks& running = {});

    void look(std::uint64_t now_ns, const looks& found);

    /// Where the kernel counted what ended: all of it, exactly.
    void add_usage(const os::children_usage& used);
    /// Where it did not: of what still lives.
    void add_switches(os::switch_counts counts);

    /// The facts. Call once, at the end of the run.
    [[nodiscard]] run_facts finish(std::uint64_t now_ns);

private:
    using identity = std::pair<std::uint64_t, int>;   // when it began, and its number

    struct thread_state {
        std::uint64_t first_run_ns = 0;
        std::uint64_t run_ns = 0;
        std::uint64_t ready_ns = 0;
        std::uint64_t turns = 0;
        double running_ns = 0;   // while its process computed: on a processor, or ready
        double locked_ns = 0;
        [[nodiscard]] std::uint64_t used_ns() const noexcept { return run_ns - first_run_ns; }
    };
    struct process_state {
        std::string name;
        std::map<int, thread_state> threads;   // those that have ended, too
        std::uint64_t base_user_ns = 0;
        std::uint64_t base_system_ns = 0;
        std::uint64_t base_children_ns = 0;
        os::process_io base_io;
        std::uint64_t base_faults = 0;
        os::process_sample last;
        double computing_ns = 0;   // while it computed
        std::uint64_t turns = 0;   // meanwhile
        bool lives = false;

        [[nodiscard]] std::uint64_t used_ns() const noexcept;
    };
    struct step {
        std::uint64_t used_ns = 0;    // by threads that we see
        std::uint64_t ready_ns = 0;
        std::uint64_t disk_bytes = 0;
        unsigned threads = 0;
        std::uint64_t resident_bytes = 0;
        std::array<bool, time_use_count> waits{};
        bool unseen = false;
    };

    process_state* state_of(const os::process_sample& found, bool its_past_counts);
    void take(process_state& state, const os::process_sample& found, double span_ns, step& sum);
    void divide(double span_ns, const step& sum, double used_ns);
    void draw(double span_ns, double busy);
    void distribute();
    [[nodiscard]] working_process busiest() const;

    run_facts facts_;
    std::uint64_t began_ns_;
    std::uint64_t last_ns_;
    std::map<identity, process_state> processes_;
    std::size_t entries_ = 0;
    double hidden_ns_ = 0;     // computed by processes that we never saw
    double undrawn_ns_ = 0;    // of that, not yet in a span
    double undecided_ns_ = 0;  // waiting, and nobody knows for what
    double span_ns_ = 10e6;    // of an entry of facts_.busy
    double open_ns_ = 0;       // of the last one, so far
    double open_used_ns_ = 0;
    std::optional<os::children_usage> usage_;
};

}  // namespace troika::lab
