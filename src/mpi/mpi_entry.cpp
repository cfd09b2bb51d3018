// SPDX-License-Identifier: MIT
#include <troika/mpi/mpi_entry.hpp>

#include "mpi/mpi_entry.hpp"
#include "mpi/mpi_session.hpp"
#include "mpi/rank_loop.hpp"
#include "os/standard_streams.hpp"
#include "proc/call_maker.hpp"

#include <cstdlib>
#include <exception>
#include <iostream>
#include <stdexcept>

namespace troika {

namespace impl {

namespace {

[[noreturn]] void serve_rank_0(mpi_session& session) noexcept {
    os::write_whole_lines();
    std::cerr << std::nounitbuf;   // C's stream below it writes the lines
    try {
        rank_loop loop(session);
        set_call_maker(&loop);
        loop.serve();
        set_call_maker(nullptr);
    } catch (const std::exception& error) {
        std::cerr << "troika: rank " << session.port.rank() << " cannot work: " << error.what()
                  << '\n';
        std::exit(EXIT_FAILURE);
    }
    std::exit(EXIT_SUCCESS);
}

}  // namespace

void require_mpi_entry() {
    if (!mpi_session::instance().entered.load(std::memory_order_relaxed))
        throw std::logic_error("ranks of this program cannot serve: let main() begin with "
                               "troika::mpi_entry();");
}

}  // namespace impl

void mpi_entry() {
    impl::mpi_session::instance().entered.store(true, std::memory_order_relaxed);
    // After what main() and its static objects leave: pools may be among them.
    std::atexit([] { impl::mpi_session::instance().end(); });
    if (!impl::mpi_port::launched()) return;
    impl::mpi_session& session = impl::mpi_session::instance();
    session.open();
    if (session.is_worker()) impl::serve_rank_0(session);
}

int mpi_rank() noexcept { return impl::mpi_session::instance().port.rank(); }

}  // namespace troika
