// SPDX-License-Identifier: MIT
#include "apps/troika/command_line.hpp"

#include <troika/proc/process_entry.hpp>

#include <cstdio>
#include <exception>
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

}  // namespace

int main(int argc, char** argv) {
    troika::process_entry();
    try {
        return std::visit(runner{}, parse_command_line(argc, argv));
    } catch (const std::exception& error) {
        std::fprintf(stderr, "troika: %s\n", error.what());
        return 1;
    }
}
