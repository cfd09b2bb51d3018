// SPDX-License-Identifier: MIT
#pragma once

#include <troika/mpi/rank_info.hpp>

#include "mpi/mpi_port.hpp"
#include "os/fd.hpp"

#include <atomic>
#include <mutex>
#include <vector>

namespace troika::impl {

/// The ranks of the job that this process belongs to: once, from mpi_entry(), or the first
/// mpi_pool of a program that was started alone, until the process ends.
///
/// Thread: `port` and `ranks` as `mutex` says; the rest any.
class mpi_session {
public:
    /// Of another rank.
    struct member {
        rank_info info;
        os::fd lifeline;
        std::uint64_t given = 0;   ///< messages that it got, by all pools
    };

    static mpi_session& instance() noexcept;

    /// Joins the ranks that were started together. Throws: mpi_unavailable.
    void open();
    /// Starts `workers` more, if there are none. Throws: mpi_unavailable.
    void start(int workers);
    [[nodiscard]] bool is_open() const noexcept { return port.is_open(); }
    /// Whether this is a worker.
    [[nodiscard]] bool is_worker() const noexcept { return port.rank() != 0; }
    /// Of a worker: its connection to rank 0; may be empty.
    [[nodiscard]] const os::fd& own_lifeline() const noexcept { return own_lifeline_; }

    /// Takes the workers for a pool, or gives them back. Returns: false while another one has them.
    [[nodiscard]] bool take() noexcept;
    void give_back() noexcept { taken_ = false; }

    /// Rank 0: has the workers end. All: leaves MPI.
    void end() noexcept;
    /// A worker has heard that other ranks were lost.
    void note_loss() noexcept { some_lost_ = true; }

    std::atomic<bool> entered{false};   ///< mpi_entry() was called
    std::mutex mutex;
    mpi_port port;
    std::vector<member> ranks;   // by rank; of a worker: empty

private:
    mpi_session() = default;
    void introduce();

    os::fd own_lifeline_;
    std::atomic<bool> taken_{false};
    std::atomic<bool> some_lost_{false};
};

}  // namespace troika::impl
