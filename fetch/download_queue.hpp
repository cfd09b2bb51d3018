// SPDX-License-Identifier: MIT
#pragma once

#include "fetch/plan.hpp"
#include "fetch/session.hpp"

#include <troika/core/task.hpp>
#include <troika/fetch/failure.hpp>
#include <troika/fetch/input_list.hpp>
#include <troika/fetch/options.hpp>
#include <troika/sync/condition.hpp>
#include <troika/sync/mutex.hpp>

#include "os/fd.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>

namespace troika::fetch {

/// The downloads that were asked for, handed out in their order, but none whose host is busy while
/// another could begin.
///
/// A list is read as its lines are needed: at most `look_ahead_max` of them are held, so that one
/// of ten million lines takes no more memory than one of a thousand. Thread: the loop's.
class download_queue {
public:
    static constexpr std::size_t look_ahead_max = 1024;

    /// Told of each download that is accepted, and of what cannot be one.
    struct listener {
        std::function<void(const download&)> accepted;
        std::function<void(const download&, const failure&)> refused;
    };

    /// Lifetime: `options`, `settings` and what `told` refers to, as long as the queue.
    download_queue(const get_options& options, const session& settings, listener told);

    /// A download whose host has room. Returns: nothing when there are none left, or when some were
    /// refused meanwhile: ended() tells.
    /// Throws: failure when the list cannot be read. Cancel: takes nothing.
    task<std::optional<download>> next();

    /// Its host has sent all of it: another download from there may begin.
    void leave_host(const download& received);
    /// The download that next() gave has ended.
    void done(const download& ended);

    /// Whether next() has no more to give.
    [[nodiscard]] bool ended() const noexcept { return exhausted_ && pending_.empty(); }
    /// Downloads that were accepted and wait.
    [[nodiscard]] std::size_t waiting() const noexcept { return pending_.size(); }
    /// Whether all were read, so that the number of those that wait is final.
    [[nodiscard]] bool all_read() const noexcept { return exhausted_; }

    [[nodiscard]] target_names& names() noexcept { return names_; }

private:
    struct pending {
        download what;
        std::string host;
    };

    task<void> read_more();
    task<void> open_list();
    task<void> read_metalink();
    void accept(list_entry entry);
    void accept(list_entry entry, download wanted);
    void refuse(download wanted, const failure& error);
    [[nodiscard]] std::optional<checksum> checksum_for(const download& wanted) const;

    const get_options& options_;
    const session& settings_;
    listener told_;
    input_list list_;
    os::fd list_file_;
    bool list_open_ = false;
    bool list_waits_ = true;   // reading it may take as long as its writer likes
    bool metalink_read_ = false;
    std::size_t next_url_ = 0;
    std::size_t next_entry_ = 0;
    std::uint64_t last_id_ = 0;
    bool exhausted_ = false;
    std::deque<pending> pending_;
    std::map<std::string, std::uint32_t> busy_;      // hosts with downloads in progress
    std::map<std::uint64_t, std::string> host_of_;   // of the downloads in progress
    target_names names_;
    std::uint64_t refusals_ = 0;
    mutex guard_;
    condition changed_;
};

}  // namespace troika::fetch
