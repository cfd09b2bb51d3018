// SPDX-License-Identifier: MIT
#pragma once

#include "apps/troika/get_display.hpp"

#include <troika/core/task.hpp>
#include <troika/fetch/failure.hpp>
#include <troika/fetch/options.hpp>
namespace troika::apps {

/// A display for the standard streams of this process. Lifetime: `options`.
[[nodiscard]] get_display display_here(const fetch::get_options& options);

/// Shows downloads while `run` does them, which throws fetch::failure for what ends all of them; a
/// signal ends it as well. `status` is final when it has ended.
/// Returns: the exit code. Thread: the loop's. Lifetime: all of it, until the end.
[[nodiscard]] task<int> show_run(get_display& display, task<void> run,
                                 get_display::run_state state, const fetch::exit_status& status);

}  // namespace troika::apps
