// SPDX-License-Identifier: MIT
#include "apps/troika_mpi/get_on_ranks.hpp"

#include "apps/troika/get_surroundings.hpp"
#include "apps/troika/shown_run.hpp"
#include "apps/troika_mpi/dealt_get.hpp"
#include "os/environment.hpp"

#include <troika/loop/run.hpp>
#include <troika/mpi/mpi_pool.hpp>

#include <cstdio>

namespace troika::apps {

namespace {

// What only one program can do.
void refuse_what_is_not_shared(const fetch::get_options& options) {
    const auto refuse = [](const char* what, const char* instead) {
        throw fetch::failure(fetch::cause::usage,
                             std::string(what) + " does not go with --mpi: " + instead);
    };
    if (!options.output.empty()) refuse("-o", "ranks write whole files, each under its own name");
    if (!options.metalink.empty()) refuse("--metalink", "write its files as a list for -i");
    if (!options.cookie_jar.empty()) refuse("--cookie-jar", "each rank has cookies of its own");
    if (!options.hsts.empty()) refuse("--hsts", "the file would be written by all ranks");
    if (options.remote_name) refuse("-J", "names have to be known before the files are dealt out");
}

task<int> get(mpi_pool& ranks, const fetch::get_options& options) {
    get_display display = display_here(options);
    dealt_get run(ranks, options, display);
    const get_display::run_state state{run.totals(), run.active(), run.queue()};
    co_return co_await show_run(display, run.run(), state, run.status());
}

}  // namespace

int get_on_ranks(const get_command& command, const std::vector<std::string>& words) {
    get_setting setting;
    setting.words = words;
    const auto noted = [&setting](const char* name) {
        const std::optional<std::string> value = os::environment(name);
        if (value) setting.environment.emplace_back(name, *value);
        return value;
    };
    try {
        const fetch::get_options options = ready_options(command, noted);
        refuse_what_is_not_shared(options);
        mpi_pool ranks;
        setting.ranks = static_cast<std::uint32_t>(ranks.size());
        for (future<void>& each : ranks.broadcast<&prepare_rank>(setting)) each.get();
        return run(get(ranks, options), {.handle_interrupt = false});
    } catch (const fetch::failure& error) {
        std::fprintf(stderr, "troika get: %s\n", error.what());
        return static_cast<int>(error.why());
    }
}

}  // namespace troika::apps
