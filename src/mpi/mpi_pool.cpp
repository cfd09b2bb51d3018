// SPDX-License-Identifier: MIT
#include <troika/mpi/mpi_pool.hpp>

#include "mpi/mpi_engine.hpp"
#include "mpi/mpi_entry.hpp"
#include "os/processors.hpp"

#include <stdexcept>
#include <utility>

namespace troika {

namespace {

/// Checked before there is an engine, and has the ranks there.
std::unique_ptr<impl::mpi_engine> make_engine(const mpi_pool::options& o,
                                              std::unique_ptr<impl::preparation> prepare) {
    if (o.workers == 0) throw std::invalid_argument("an mpi_pool needs at least one worker");
    impl::require_mpi_entry();
    impl::mpi_session& session = impl::mpi_session::instance();
    if (session.is_worker())
        throw std::logic_error("a worker of an mpi_pool cannot have one of its own: give the work "
                               "back to rank 0, or use a thread_pool or process_pool");
    if (!session.is_open() || session.ranks.empty()) {
        if (session.is_open())
            throw mpi_unavailable("there is one rank only, and so no worker: start the program by "
                                  "mpirun -n 2, or more");
        const std::size_t count =
            o.workers == mpi_pool::automatic ? os::processors_allowed() : o.workers;
        session.start(static_cast<int>(count));
    }
    return std::make_unique<impl::mpi_engine>(o, std::move(prepare));
}

}  // namespace

mpi_pool::mpi_pool() : mpi_pool(options()) {}
mpi_pool::mpi_pool(const options& o) : mpi_pool(o, nullptr) {}
mpi_pool::mpi_pool(const options& o, std::unique_ptr<impl::preparation> prepare)
    : engine_(make_engine(o, std::move(prepare))) {}

mpi_pool::~mpi_pool() { shutdown(); }

void mpi_pool::shutdown(shutdown_options how) {
    if (engine_->ended()) return;
    engine_->close();
    if (how.cancel_pending) engine_->cancel_pending();
    if (how.wait) engine_->end();
}

void mpi_pool::require_open() const { engine_->require_open(); }
void mpi_pool::submit_call(impl::remote_call& call) noexcept { engine_->submit(call); }
void mpi_pool::broadcast_calls(const std::vector<impl::remote_call*>& calls) noexcept {
    engine_->broadcast(calls);
}
std::size_t mpi_pool::size() const noexcept { return engine_->size(); }
std::vector<rank_info> mpi_pool::workers() const { return engine_->workers(); }
mpi_pool::statistics mpi_pool::stats() const noexcept { return engine_->stats(); }

}  // namespace troika
