// SPDX-License-Identifier: MIT
#pragma once

#include "apps/troika_mpi/part_of_get.hpp"
#include "fetch/download_queue.hpp"
#include "fetch/downloader.hpp"
#include "fetch/failed_list.hpp"
#include "fetch/session.hpp"

#include <troika/core/task.hpp>
#include <troika/fetch/options.hpp>
#include <troika/mpi/mpi_pool.hpp>

#include <cstddef>
#include <deque>
#include <exception>
#include <optional>
#include <vector>

namespace troika::apps {

/// A list of downloads that is dealt out to ranks, on rank 0.
///
/// Each rank gets one part at a time, so that no file waits behind a large one while other ranks
/// have nothing to do; one that is slow gets less. Parts get smaller towards the end of the list.
/// What a lost rank had is given to another one, once. Thread: the loop's.
class dealt_get {
public:
    /// Files of a part, at most: so many times those that a rank gets at once.
    static constexpr std::size_t part_jobs = 4;

    /// Lifetime: all that it is given, as long as it runs.
    dealt_get(mpi_pool& ranks, const fetch::get_options& options,
              fetch::download_observer& observer);

    /// Returns: when all downloads have ended. Throws: fetch::failure when the list cannot be read,
    /// or failures not be written; what ends a rank's run. Cancel: leaves every download resumable.
    task<void> run();

    [[nodiscard]] const fetch::run_totals& totals() const noexcept { return totals_; }
    [[nodiscard]] intrusive_list<fetch::active_download>& active() noexcept { return active_; }
    [[nodiscard]] const fetch::download_queue& queue() const noexcept { return queue_; }
    [[nodiscard]] const fetch::exit_status& status() const noexcept { return status_; }

private:
    struct part {
        std::vector<fetch::download> files;
        bool again = false;   // the rank that had it was lost
    };

    task<void> deal();
    task<part> next_part();
    [[nodiscard]] std::size_t part_size() const noexcept;
    task<void> take(part& of, const part_outcome& made);
    task<void> fail(const fetch::download& what, const fetch::active_download& file,
                    const fetch::failure& error, bool resumable);
    task<void> fail_all(part& of, const std::exception_ptr& error);

    mpi_pool& ranks_;
    const fetch::get_options& options_;
    const fetch::get_options dealing_;   // the same, without limits on hosts: those are the ranks'
    fetch::download_observer& observer_;
    fetch::session session_;
    fetch::download_queue queue_;
    std::optional<fetch::failed_list> failed_;
    std::vector<fetch::download> refused_;
    std::deque<part> lost_;
    intrusive_list<fetch::active_download> active_;   // always empty: only ranks know
    fetch::run_totals totals_;
    fetch::exit_status status_;
    cancel_scope* dealing_scope_ = nullptr;
};

}  // namespace troika::apps
