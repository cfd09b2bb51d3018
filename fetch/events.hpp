// SPDX-License-Identifier: MIT
#pragma once

#include <troika/fetch/checksum.hpp>
#include <troika/fetch/failure.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace troika::fetch {

/// The version of the events' form. It grows when a field changes its meaning or goes; new fields
/// and new events do not change it, and readers ignore what they do not know.
inline constexpr unsigned events_version = 1;

// What `troika get --json` writes: one JSON object a line, first the fields v and event, then those
// of the event. Times are seconds, sizes bytes; URLs are shown without credentials. `id` numbers
// the downloads of a run from 1, so that two of one URL can be told apart. For each download:
// queued, started, then any number of progress and retry, then finished or failed (of a dry run:
// would_get); at the very end, one summary. A warning may stand anywhere.

struct download_identity {
    std::uint64_t id = 0;
    std::string_view url;
};

/// The download was accepted and waits for its turn.
[[nodiscard]] std::string queued_event(const download_identity& which);

/// An attempt begins; `resumed_from` bytes are there already.
[[nodiscard]] std::string started_event(const download_identity& which, std::string_view file,
                                        std::uint32_t attempt, std::uint64_t resumed_from);

[[nodiscard]] std::string progress_event(const download_identity& which, std::uint64_t bytes,
                                         std::optional<std::uint64_t> total,
                                         double bytes_per_second);

/// An attempt has failed, and another follows after `wait`.
[[nodiscard]] std::string retry_event(const download_identity& which, const failure& error,
                                      std::uint32_t attempt, std::chrono::nanoseconds wait);

/// What became of a download that is whole.
struct finished_facts {
    std::string_view file;
    std::uint64_t bytes = 0;      // of the file
    std::uint64_t received = 0;   // of these, over the network in this run
    std::chrono::nanoseconds time{};
    std::uint32_t attempts = 0;
    bool skipped = false;            // it was there and unchanged: nothing was fetched
    const checksum* sum = nullptr;   // computed and, if one was expected, equal to it
};
[[nodiscard]] std::string finished_event(const download_identity& which,
                                         const finished_facts& facts);

/// `resumable` tells that the same command would go on from where this run stopped.
[[nodiscard]] std::string failed_event(const download_identity& which, const failure& error,
                                       std::uint32_t attempts, bool resumable);

/// Of a dry run: the server has the file.
[[nodiscard]] std::string would_get_event(const download_identity& which, std::string_view file,
                                          std::optional<std::uint64_t> total, bool resumable);

/// Something that the user should know, and that is no download's failure.
[[nodiscard]] std::string warning_event(std::string_view message);

struct summary_facts {
    std::uint64_t finished = 0, skipped = 0, failed = 0, unfinished = 0;   // downloads
    std::uint64_t received = 0;                                            // bytes
    std::chrono::nanoseconds time{};
    int exit_code = 0;
};
[[nodiscard]] std::string summary_event(const summary_facts& facts);

}  // namespace troika::fetch
