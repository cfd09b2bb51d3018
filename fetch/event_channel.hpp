// SPDX-License-Identifier: MIT
#pragma once

#include "fetch/downloader.hpp"

#include <troika/core/task.hpp>
#include <troika/fetch/event.hpp>
#include <troika/sync/event.hpp>

#include <cstddef>
#include <deque>
#include <optional>

namespace troika::fetch {

/// Turns what a downloader tells into events for one reader.
///
/// Bounded by holding the downloader back: while many events wait, no further download begins.
/// Thread: the loop's.
class event_channel final : public download_observer {
public:
    /// So many may wait before downloads do; those that are under way may add to it.
    static constexpr std::size_t waiting_max = 1024;

    /// Waits for the next event. Returns: nothing after end(). Cancel: loses nothing.
    task<std::optional<event>> next();

    /// Adds how far the downloads are, unless the reader is behind.
    void tell_progress(intrusive_list<active_download>& active, time_point now);
    /// Adds the last event, and ends the channel.
    void end(event last);

    void queued(const download& what) override;
    void started(const active_download& file, std::uint64_t resumed_from) override;
    void retried(const active_download& file, const failure& error,
                 std::chrono::nanoseconds wait) override;
    void finished(const active_download& file, const finished_facts& facts) override;
    void failed(const active_download& file, const failure& error, bool resumable) override;
    void would_get(const active_download& file, bool resumable) override;
    void warned(const std::string& text) override;
    task<void> room() override;

private:
    void add(event what);

    std::deque<event> waiting_;
    troika::event changed_;   // something waits, or the end has come
    troika::event drained_;   // no more than waiting_max wait
    bool ended_ = false;
};

}  // namespace troika::fetch
