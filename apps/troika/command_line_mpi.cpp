// SPDX-License-Identifier: MIT
#include "apps/troika/command_line_mpi.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

namespace troika::apps {

namespace {

constexpr std::string_view option = "--mpi";
constexpr std::array<std::string_view, 2> commands{"get", "compare"};

}  // namespace

void declare_mpi(CLI::App& of, bool& into) {
    of.add_flag(std::string(option), into,
                "Let the ranks of an MPI job do it: mpirun -n 4 troika ... --mpi")
        ->group("Many machines");
}

bool wants_mpi(int argc, const char* const* argv) noexcept {
    if (argc < 3 || std::ranges::find(commands, argv[1]) == commands.end()) return false;
    const std::span words(argv + 2, static_cast<std::size_t>(argc - 2));
    const auto end = std::ranges::find(words, std::string_view("--"));
    return std::find(words.begin(), end, option) != end;
}

}  // namespace troika::apps
