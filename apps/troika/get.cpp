// SPDX-License-Identifier: MIT
#include "apps/troika/commands.hpp"
#include "apps/troika/get_surroundings.hpp"
#include "apps/troika/shown_run.hpp"
#include "fetch/downloader.hpp"
#include "os/clock.hpp"
#include "os/environment.hpp"
#include "os/file.hpp"

#include <troika/loop/run.hpp>

#include <cstdio>

namespace troika::apps {

namespace {

task<int> get(const fetch::get_options& options) {
    get_display display = display_here(options);
    const auto seed = static_cast<std::uint64_t>(os::wall_time().time_since_epoch().count());
    fetch::downloader run(options, display, seed, os::file_mode_mask());
    const get_display::run_state state{run.totals(), run.active(), run.queue()};
    co_return co_await show_run(display, run.run(), state, run.status());
}

}  // namespace

int run_get(const get_command& command) {
    fetch::get_options options;
    try {
        options = ready_options(command, os::environment);
    } catch (const fetch::failure& error) {
        std::fprintf(stderr, "troika get: %s\n", error.what());
        return static_cast<int>(error.why());
    }
    return run(get(options), {.handle_interrupt = false});
}

}  // namespace troika::apps
