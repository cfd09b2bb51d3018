// SPDX-License-Identifier: MIT
#include "apps/troika/command_line.hpp"
#include "apps/troika/command_line_mpi.hpp"
#include "os/environment.hpp"
#include "os/error.hpp"
#include "os/host.hpp"
#include "os/process.hpp"

#include <troika/proc/process_entry.hpp>

#include <cstdio>
#include <exception>
#include <string>
#include <variant>

namespace {

using namespace troika::apps;

struct runner {
    int operator()(const message& said) const {
        std::fputs(said.text.c_str(), said.exit_code == 0 ? stdout : stderr);
        return said.exit_code;
    }
    int operator()(const get_command& command) const { return run_get(command); }
    int operator()(const serve_command& command) const { return run_serve(command); }
    int operator()(const map_command& command) const { return run_map(command); }
    int operator()(const watch_command& command) const { return run_watch(command); }
    int operator()(const advise_command& command) const { return run_advise(command); }
    int operator()(const compare_command& command) const { return run_compare(command); }
    int operator()(const doctor_command&) const { return run_doctor(); }
};

/// Whether this is a rank of a job that leaves it to rank 0 to say what is wrong.
bool is_silent_rank() {
    for (const char* const name : {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK"})
        if (const auto rank = troika::os::environment(name)) return *rank != "0";
    return false;
}

/// troika-mpi stands beside this program, where there was an MPI to build it with.
/// Returns: only when it cannot be started.
int go_on_as_mpi_program(const char* const* argv) {
    std::string program = troika::os::program_file();
    program.resize(program.rfind('/') + 1);
    program += "troika-mpi";
    const int error = troika::os::become(program.c_str(), argv);
    if (is_silent_rank()) return 2;
    std::fprintf(stderr,
                 "troika: --mpi needs the program %s (%s): it is built with troika where CMake "
                 "finds MPI, on Debian libopenmpi-dev\n",
                 program.c_str(), troika::os::error_text(-error).c_str());
    return 2;
}

}  // namespace

int main(int argc, char** argv) {
    troika::process_entry();
    try {
        if (wants_mpi(argc, argv)) return go_on_as_mpi_program(argv);
        return std::visit(runner{}, parse_command_line(argc, argv));
    } catch (const std::exception& error) {
        std::fprintf(stderr, "troika: %s\n", error.what());
        return 1;
    }
}
