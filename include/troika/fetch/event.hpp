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

/// What has happened in a run.
enum class event_kind : std::uint8_t {
    queued,      ///< a download was accepted and waits for its turn
    started,     ///< an attempt begins; `bytes` of the file are there already
    progress,    ///< now and then, while bytes come
    retried,     ///< an attempt has failed as `cause` says; the next follows after `wait`
    finished,    ///< the file is whole and has its name, or was there already (`skipped`)
    failed,      ///< the download is given up; `resumable`: a later run goes on from here
    would_get,   ///< of a dry run: the server has the file
    warning,     ///< `message`; no download's failure
    summary,     ///< the last event
};

/// The word for `kind`, as `troika get --json` writes it.
[[nodiscard]] std::string_view to_string(event_kind kind) noexcept;

/// One event of a run; which fields mean something depends on its kind.
struct event {
    event() = default;
    explicit event(event_kind what) : kind(what) {}

    event_kind kind = event_kind::warning;
    std::uint64_t id = 0;   ///< of the download, from 1 in the order in which they were asked for
    std::string url;        ///< without credentials
    std::string file;       ///< its path
    std::uint64_t bytes = 0;      ///< of the file; of a summary: received over the network
    std::uint64_t received = 0;   ///< of these, over the network, in all attempts
    std::optional<std::uint64_t> total;
    double bytes_per_second = 0;
    std::uint32_t attempt = 0;   ///< from 1
    std::chrono::nanoseconds time{};   ///< that it took; of a retry: until the next attempt
    bool skipped = false;
    bool resumable = false;
    std::optional<checksum> sum;   ///< computed, and right
    std::optional<fetch::cause> cause;
    std::string message;           ///< for people, with what they can do about it
    // of a summary: downloads
    std::uint64_t finished = 0;
    std::uint64_t already_there = 0;
    std::uint64_t failed = 0;
    int exit_code = 0;   ///< what `troika get` would end with
};

}  // namespace troika::fetch
