// SPDX-License-Identifier: MIT
// troika-mpi: what `troika` starts in its place for --mpi. Rank 0 does what the command line says.
#include "apps/troika/command_line.hpp"
#include "apps/troika_mpi/get_on_ranks.hpp"
#include "apps/troika_mpi/model_ranks.hpp"

#include <troika/mpi/mpi_entry.hpp>
#include <troika/proc/process_entry.hpp>

#include <cstdio>
#include <exception>
#include <string>
#include <variant>
#include <vector>

namespace {

using namespace troika::apps;

struct runner {
    const std::vector<std::string>& words;

    int operator()(const message& said) const {
        std::fputs(said.text.c_str(), said.exit_code == 0 ? stdout : stderr);
        return said.exit_code;
    }
    int operator()(const get_command& command) const { return get_on_ranks(command, words); }
    int operator()(const compare_command& command) const {
        return run_compare(command, ranks_for_lab());
    }
    template <class Other>
    int operator()(const Other&) const {
        std::fputs("troika-mpi: this command has no --mpi: use troika\n", stderr);
        return 2;
    }
};

}  // namespace

int main(int argc, char** argv) {
    troika::process_entry();
    try {
        troika::mpi_entry();   // the ranks but the first stay in here
        return std::visit(runner{{argv, argv + argc}}, parse_command_line(argc, argv));
    } catch (const std::exception& error) {
        std::fprintf(stderr, "troika: %s\n", error.what());
        return 1;
    }
}
