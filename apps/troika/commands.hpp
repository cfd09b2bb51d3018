// SPDX-License-Identifier: MIT
#pragma once

#include "lab/model_run.hpp"
#include "lab/workload.hpp"
#include "mapper/options.hpp"

#include <troika/fetch/options.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace troika::apps {

/// What is said of a run's surroundings; what is not said comes from the environment.
struct surroundings {
    surroundings() = default;

    std::optional<std::string> proxy;   // of all requests; empty: none
    std::optional<std::string> direct;  // hosts that need none
    bool netrc = false;                 // log-ins from the usual file
};

/// `troika get`.
struct get_command {
    get_command() = default;

    fetch::get_options options;
    surroundings around;
    bool mpi = false;   // --mpi: by the ranks of an MPI job
};

/// `troika serve`.
struct serve_command {
    serve_command() = default;

    std::string directory = ".";
    std::string bind = "127.0.0.1";      // only this machine, unless asked
    std::uint16_t port = 8000;           // 0: a free one
    std::chrono::nanoseconds delay{0};   // before each answer
    std::uint64_t rate = 0;              // bytes per second of each connection; 0 is no limit
    bool access_log = false;
    std::string certificate;         // --cert and --key: files; both empty: plain http
    std::string key;
    bool self_signed = false;        // a certificate of its own making
    std::string certificate_out;     // where to write that
};

/// `troika map`.
struct map_command {
    map_command() = default;

    mapper::map_options options;
};

/// `troika ps`, `troika tree`, `troika top` and `troika trace`.
struct watch_command {
    enum class view : unsigned char { list, tree, top, trace };

    watch_command() = default;

    view what = view::list;
    int pid = 0;
    bool json = false;
    std::chrono::nanoseconds interval{std::chrono::seconds(1)};
    std::string output = "trace.html";           // of trace
    std::chrono::nanoseconds length{std::chrono::seconds(5)};
};

/// `troika advise`.
struct advise_command {
    advise_command() = default;

    std::vector<std::string> command;             // with its arguments; empty with `process`
    std::optional<int> process;                   // watched instead
    std::optional<std::chrono::nanoseconds> watch;      // how long
    std::optional<std::chrono::nanoseconds> interval;   // between two looks
    std::optional<unsigned> repeats;              // runs; nothing: as many as it takes
    bool json = false;
    std::string output;                           // a file for the report; empty: a stream
};

/// `troika compare`.
struct compare_command {
    compare_command() = default;

    std::string workload = "breakfast";   // a built-in one, or a file
    lab::workload_sizes sizes;            // of a built-in one
    std::vector<std::string> models;      // empty: all that make a difference
    std::optional<std::uint32_t> workers;
    std::optional<unsigned> repeats;
    std::optional<std::chrono::nanoseconds> switch_interval;
    bool json = false;
    bool colour = true;    // on terminals
    std::string page;      // files; empty: none
    std::string trace;
    bool mpi = false;      // --mpi: also by the ranks of an MPI job
};

/// `troika doctor`.
struct doctor_command {};

// Each does what the command says and returns the exit code of the process.
int run_get(const get_command& command);
int run_serve(const serve_command& command);
int run_map(const map_command& command);
int run_watch(const watch_command& command);
int run_advise(const advise_command& command);
int run_compare(const compare_command& command, lab::rank_job ranks = {});
int run_doctor();

}  // namespace troika::apps
