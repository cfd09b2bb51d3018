// SPDX-License-Identifier: MIT
#include "mpi/mpi_session.hpp"

#include <troika/mpi/mpi_unavailable.hpp>

#include "mpi/lifeline.hpp"
#include "mpi/word.hpp"
#include "os/clock.hpp"
#include "os/environment.hpp"
#include "os/host.hpp"
#include "os/module.hpp"
#include "os/processors.hpp"
#include "os/signal.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <new>
#include <optional>
#include <span>
#include <utility>

namespace troika::impl {

namespace {

using namespace std::chrono_literals;

/// What each rank says of itself. Plain bytes.
struct introduction {
    os::module_id program{};
    std::int32_t pid = 0;
    std::uint32_t processors = 1;
    std::uint32_t has_lifeline = 0;
    std::array<char, 128> host{};
};

template <class T>
std::span<std::byte> bytes_of(T& value) {
    return std::as_writable_bytes(std::span(&value, 1));
}

}  // namespace

mpi_session& mpi_session::instance() noexcept {
    alignas(mpi_session) static std::byte storage[sizeof(mpi_session)];
    static mpi_session* const made = new (storage) mpi_session;
    return *made;
}

void mpi_session::open() {
    os::ignore_sigpipe();   // MPI writes to ranks that may have gone
    port.open();
    introduce();
}

void mpi_session::start(int workers) {
    os::ignore_sigpipe();
    if (!port.is_open()) port.open();
    if (port.size() > 1) return;
    port.spawn(workers);
    introduce();
}

void mpi_session::introduce() {
    if (port.size() < 2) return;
    std::optional<lifeline_host> host;
    lifeline_invitation invitation;
    if (!is_worker()) invitation = host.emplace().invitation();
    port.share(bytes_of(invitation));
    introduction mine;
    mine.program = os::program_module();
    mine.pid = os::process_id();
    mine.processors = os::processors_allowed();
    const std::string name = os::host_name();
    std::copy_n(name.begin(), std::min(name.size(), mine.host.size() - 1), mine.host.begin());
    if (is_worker()) {
        own_lifeline_ = join_lifeline(invitation, port.rank());
        mine.has_lifeline = own_lifeline_ ? 1 : 0;
    }
    // Whoever is in here has made its connection: rank 0 finds all of them in its queue.
    const std::vector<std::byte> all = port.gather(bytes_of(mine));
    if (is_worker()) return;
    std::vector<os::fd> lifelines = host->admit(port.size());
    for (int rank = 0; rank < port.size(); ++rank) {
        const auto at = static_cast<std::size_t>(rank);
        introduction said;
        std::memcpy(&said, all.data() + at * sizeof said, sizeof said);
        said.host.back() = '\0';
        member made;
        made.info = {rank, said.pid, said.host.data(), said.processors, false};
        made.lifeline = std::move(lifelines[at]);
        if (said.program != mine.program)
            throw mpi_unavailable("rank " + std::to_string(rank) + " on " + made.info.host +
                                  " runs another build of this program: install the same file on "
                                  "all hosts");
        ranks.push_back(std::move(made));
    }
}

bool mpi_session::take() noexcept { return !taken_.exchange(true); }

void mpi_session::end() noexcept {
    const std::scoped_lock here(mutex);
    if (!port.is_open()) return;
    if (!is_worker()) {
        for (const member& each : ranks)
            if (each.info.lost) some_lost_ = true;
        word last;
        last.what = word::kind::quit;
        last.number = some_lost_ ? 1 : 0;
        std::vector<mpi_port::transfer> sent(ranks.size());
        const auto bytes = std::as_bytes(std::span(&last, 1));
        for (member& each : ranks) {
            if (each.info.rank == 0 || each.info.lost) continue;
            port.send(each.info.rank, mpi_port::tag::word, bytes,
                      sent[static_cast<std::size_t>(each.info.rank)]);
            ring(each.lifeline);
        }
        for (member& each : ranks) {
            mpi_port::transfer& on_its_way = sent[static_cast<std::size_t>(each.info.rank)];
            while (!each.info.lost && !on_its_way.done())
                if (each.lifeline && !hear(each.lifeline)) each.info.lost = true;
        }
        // MPI waits only for ranks that were started together. Spawned ones would say goodbye to
        // nobody, and MPI complain; MPI_Comm_disconnect waits for ever in Open MPI 4.1.
        for (member& each : ranks)
            while (port.has_spawned() && !each.info.lost && each.lifeline && hear(each.lifeline)) {
                port.progress();
                os::sleep_for(200us);
            }
    }
    port.close(some_lost_);
}

}  // namespace troika::impl
