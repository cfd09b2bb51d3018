// SPDX-License-Identifier: MIT
#pragma once

#include <troika/fetch/event.hpp>
#include <troika/fetch/options.hpp>
#include <troika/tasks/async_generator.hpp>

namespace troika::fetch {

/// Downloads what `options` say, as `troika get` does, and tells what happens:
/// `auto run = fetch::get(options); while (auto event = co_await run.next()) ...`
///
/// The first next() begins; the downloads go on while nobody asks, until so many events wait that
/// no further download begins. The last event is the summary: failures of downloads are events, not
/// exceptions. Its `exit_code` is that of the command. The options quiet, verbose, json and
/// progress have no meaning here.
/// Throws: failure, where the options contradict each other or what they name cannot be read.
/// Cancel: ends the downloads, each with what it has on disk, so that the same options go on from
/// there; so does close(). Destroying the generator does the same in the background.
/// Thread: the loop's.
[[nodiscard]] async_generator<event> get(get_options options);

}  // namespace troika::fetch
