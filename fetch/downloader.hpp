// SPDX-License-Identifier: MIT
#pragma once

#include "fetch/buffer_pool.hpp"
#include "fetch/directory_sync.hpp"
#include "fetch/download_queue.hpp"
#include "fetch/events.hpp"
#include "fetch/existing_names.hpp"
#include "fetch/failed_list.hpp"
#include "fetch/plan.hpp"
#include "fetch/progress.hpp"
#include "fetch/rate_limiter.hpp"
#include "fetch/session.hpp"
#include "fetch/speed_meter.hpp"

#include <troika/base/intrusive_list.hpp>
#include <troika/base/random.hpp>
#include <troika/core/task.hpp>
#include <troika/fetch/failure.hpp>
#include <troika/fetch/options.hpp>
#include <troika/http/client.hpp>
#include <troika/sync/semaphore.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace troika::fetch {

/// A download in progress, as a display sees it.
struct active_download : list_hook<> {
    explicit active_download(download wanted, std::uint64_t rate_max = 0)
        : what(std::move(wanted)), share(rate_max) {}

    download what;
    rate_limiter::share share;
    std::optional<semaphore::permit> place;   // among the transfers
    file_state state = file_state::connecting;
    bool skipped = false;         // it was there already
    std::uint64_t bytes = 0;      // of the file, with what was there before
    std::uint64_t received = 0;   // over the network, in all attempts
    std::optional<std::uint64_t> total;
    std::uint32_t attempts = 0;
    time_point began{};
    time_point next_attempt{};   // while it waits
    speed_meter speed;
};

/// What becomes of the downloads, as it happens. On the loop's thread; must not throw.
class download_observer {
public:
    virtual ~download_observer() = default;
    virtual void queued(const download&) {}
    virtual void started(const active_download&, std::uint64_t /*resumed_from*/) {}
    virtual void retried(const active_download&, const failure&,
                         std::chrono::nanoseconds /*wait*/) {}
    virtual void finished(const active_download&, const finished_facts&) {}
    /// `resumable`: the same run again would go on from where this one stopped.
    virtual void failed(const active_download&, const failure&, bool /*resumable*/) {}
    /// Of a dry run: the server has it, of `total` bytes.
    virtual void would_get(const active_download&, bool /*resumable*/) {}
    /// Something worth a line that is no download's failure.
    virtual void warned(const std::string& /*text*/) {}
    /// A command of --exec begins or ends; several may run at a time. It may write to the terminal.
    virtual void command_begins() {}
    virtual void command_ends() {}
    /// Waits until another download may begin: for observers who cannot keep up.
    virtual task<void> room() { co_return; }
};

/// What a run has done so far.
struct run_totals {
    std::uint64_t queued = 0, finished = 0, skipped = 0, failed = 0;
    std::uint64_t asked = 0;       // of a dry run: could be had
    std::uint64_t asked_bytes = 0;
    std::uint64_t received = 0;   // bytes
    std::uint64_t landed = 0;     // bytes of files that have their names
};

/// Downloads many files at once.
///
/// A file stands under its name only when it is whole, its length and its checksum are right and,
/// unless told otherwise, it is on disk; until then it is NAME.part, from which the next run goes
/// on. Thread: the loop's.
class downloader {
public:
    /// Lifetime: `options` and `observer` as long as it runs. `seed`: of the random part of the
    /// waits. `mode_mask`: permissions that new files do not get.
    downloader(const get_options& options, download_observer& observer, std::uint64_t seed,
               std::uint32_t mode_mask);
    ~downloader();

    /// Runs until all downloads have ended. What fails is told to the observer and counted.
    /// Throws: failure when the list cannot be read, or what is kept between runs not be written.
    /// Cancel: leaves every download resumable; cookies, hosts and failures are written first.
    task<void> run();

    [[nodiscard]] const run_totals& totals() const noexcept { return totals_; }
    [[nodiscard]] intrusive_list<active_download>& active() noexcept { return active_; }
    [[nodiscard]] const download_queue& queue() const noexcept { return queue_; }
    [[nodiscard]] const exit_status& status() const noexcept { return status_; }

private:
    friend class split_transfer;
    friend class transfer;

    [[nodiscard]] http::client& client() noexcept { return session_.client(); }

    /// All of the file has come: its place is for the next one while it is brought to disk.
    void received(active_download& file);

    /// What goes with every request for `what` to `url`, one of its URLs. Credentials go to the
    /// origin that the user named and nowhere else.
    [[nodiscard]] http::headers fields_for(const download& what, const std::string& url) const;

    task<void> work();
    task<void> fetch(active_download& file);
    task<void> end_with(active_download& file, const failure& error, bool resumable);
    task<void> follow_up(const active_download& file);
    task<void> note_refused();

    const get_options& options_;
    download_observer& observer_;
    random random_;
    const std::uint32_t mode_;
    session session_;
    download_queue queue_;
    http::headers fields_;
    rate_limiter limiter_;
    std::optional<failed_list> failed_;
    std::vector<list_entry> refused_;   // and not yet in failed_
    semaphore places_;   // as many as there may be transfers at once
    buffer_pool buffers_;
    existing_names existing_;
    directory_sync directories_;
    intrusive_list<active_download> active_;
    run_totals totals_;
    exit_status status_;
    cancel_scope* working_ = nullptr;   // to end a run at the first failure
};

}  // namespace troika::fetch
