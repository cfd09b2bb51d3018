// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/executor.hpp>
#include <troika/mpi/mpi_entry.hpp>
#include <troika/mpi/mpi_unavailable.hpp>
#include <troika/mpi/rank_info.hpp>
#include <troika/proc/process_entry.hpp>
#include <troika/proc/remote_executor.hpp>
#include <troika/proc/worker_died.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <tuple>
#include <utility>
#include <vector>

namespace troika {

namespace impl {
class mpi_engine;
}

/// The third horse past one machine: functions in the ranks of an MPI job.
///
/// The program is started as `mpirun -n 8 program`; main() begins with troika::mpi_entry(). Rank 0
/// is the program, the others are its workers, one call at a time each. Everything else is as with
/// a process_pool: functions are named when compiling, arguments and results are copied, what a
/// function throws arrives with its type, as remote_error says it names the rank. A program that
/// was started alone starts workers itself (MPI_Comm_spawn), where MPI can.
///
/// A rank that ends, or whose host cannot be reached any more (that takes about 16 s), fails the
/// calls that it had with worker_died. MPI ends the whole job then, unless it is told to let it
/// go on: `mpirun --enable-recovery`. A function that blocks for ever holds its rank for ever:
/// other than a process, a rank is not killed.
/// One pool at a time; the ranks stay until the program ends, for the next one. Models `executor`.
/// Thread: any. Lifetime: longer than what it runs; the destructor waits for that.
class mpi_pool : public remote_executor<mpi_pool> {
public:
    struct options {
        /// How many workers there may be. By default all ranks but rank 0; where workers are
        /// started, as many as MPI has places for, or else processors.
        std::size_t workers = automatic;
        const char* name = "ranks";   ///< of the pool's thread, for ps and debuggers
    };
    static constexpr std::size_t automatic = static_cast<std::size_t>(-1);

    /// Throws: std::invalid_argument for options that make no sense; mpi_unavailable;
    /// std::logic_error when there is another mpi_pool, or in a worker; std::system_error.
    mpi_pool();
    explicit mpi_pool(const options& o);
    /// Has each worker call `function(arguments...)` before it works. What it throws breaks the
    /// pool: mpi_pool(o, initializer<&load_model>, path).
    template <auto function, class... Arguments>
    mpi_pool(const options& o, initializer_tag<function>, Arguments&&... arguments)
        : mpi_pool(o, impl::make_preparation<function>(std::forward<Arguments>(arguments)...)) {}
    mpi_pool(const mpi_pool&) = delete;
    mpi_pool& operator=(const mpi_pool&) = delete;
    ~mpi_pool();

    /// Has each worker call `function(arguments...)` once, whatever else it has to do before: to
    /// give all of them a table, or a model. The arguments are sent along a tree, from rank to
    /// rank: to many ranks in hardly more time than to two.
    /// Returns: the futures of their results, in the order of workers(). A rank that is lost fails
    /// with worker_died, and while it is being passed on those behind it.
    /// Throws: std::runtime_error after shutdown(); broken_pool.
    template <auto function, class... Arguments>
        requires std::constructible_from<call_arguments<decltype(function)>, Arguments...>
    auto broadcast(Arguments&&... arguments) {
        using callee = impl::named_callee<function>;
        using all = std::tuple<typename callee::parts, typename callee::arguments>;
        using call_type =
            impl::typed_remote_call<typename callee::result, std::shared_ptr<const all>>;
        require_open();
        const auto shared = std::make_shared<const all>(
            typename callee::parts(),
            typename callee::arguments(std::forward<Arguments>(arguments)...));
        std::vector<future<typename callee::result>> answers;
        std::vector<impl::remote_call*> calls;
        for (std::size_t i = 0; i < size(); ++i) {
            auto* const call = new call_type(
                impl::identity_of<&impl::single_entry<callee>::enter>(), shared);
            answers.push_back(impl::future_access::adopt<typename callee::result>(call));
            calls.push_back(call);
        }
        broadcast_calls(calls);
        return answers;
    }

    /// Refuses calls from now on. By default waits until all that was accepted has ended.
    void shutdown(shutdown_options how = {});

    /// How many workers there are, lost ones too.
    [[nodiscard]] std::size_t size() const noexcept;
    /// Which they are.
    [[nodiscard]] std::vector<rank_info> workers() const;

    struct statistics {
        std::size_t queued = 0;        ///< calls that no worker has
        std::size_t running = 0;       ///< calls that workers have, one each of which runs
        std::uint64_t completed = 0;   ///< calls that had a result
        std::size_t lost = 0;          ///< workers
    };
    [[nodiscard]] statistics stats() const noexcept;

private:
    mpi_pool(const options& o, std::unique_ptr<impl::preparation> prepare);

    friend class remote_executor<mpi_pool>;
    template <class Pool, class Callee>
    friend struct impl::remote_carrier;
    void require_open() const;
    void submit_call(impl::remote_call& call) noexcept;
    void broadcast_calls(const std::vector<impl::remote_call*>& calls) noexcept;

    std::unique_ptr<impl::mpi_engine> engine_;
};

static_assert(executor<mpi_pool>);

}  // namespace troika
