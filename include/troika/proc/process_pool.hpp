// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/executor.hpp>
#include <troika/proc/process_entry.hpp>
#include <troika/proc/remote_executor.hpp>
#include <troika/proc/worker_died.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace troika {

/// The third horse: functions in processes of their own.
///
/// For isolation, for code that crashes or is not thread-safe, and for what another language would
/// need processes for. A function is named when compiling, `submit<&f>(arguments...)`; arguments
/// and results are copied from one process to the other, as troika/proc/wire_codec.hpp says.
/// Workers are copies of this program that were started anew, when they are first needed; main()
/// begins with troika::process_entry(). They share no memory with the program and none with each
/// other, ignore SIGINT, which is the program's affair, and end with it however it ends.
/// A worker that dies fails the calls that it had begun, with worker_died, and is replaced; calls
/// that it had not begun go to another. Models `executor`.
/// Thread: any; the pool may be made after threads were started. Lifetime: longer than what it
/// runs; the destructor waits for that.
class process_pool : public remote_executor<process_pool> {
public:
    struct options {
        /// How many workers there may be. By default as many as there are processors that this
        /// process may use.
        std::size_t workers = automatic;
        const char* name = "worker";   ///< of the pool's thread, for ps and debuggers
        /// After so many calls a worker is replaced: for functions that leak.
        std::uint64_t calls_per_worker_max = unlimited;
        /// A call that was cancelled after it had begun is asked by its stop token to end; after
        /// this time its worker gets SIGTERM,
        duration terminate_after = std::chrono::seconds(5);
        /// and after this time, SIGKILL.
        duration kill_after = std::chrono::seconds(5);
        /// What lies between two processes in each direction, in bytes: a power of two from 64 KiB
        /// on. Larger messages go through it in pieces.
        std::size_t ring_bytes = std::size_t{1} << 20;
    };
    static constexpr std::size_t automatic = static_cast<std::size_t>(-1);
    static constexpr std::uint64_t unlimited = static_cast<std::uint64_t>(-1);

    /// Throws: std::invalid_argument for options that make no sense; std::logic_error when main()
    /// does not call process_entry(); std::system_error.
    process_pool();
    explicit process_pool(const options& o);
    /// Has each worker call `function(arguments...)` before it works. What it throws breaks the
    /// pool: process_pool(o, initializer<&load_model>, path).
    template <auto function, class... Arguments>
    process_pool(const options& o, initializer_tag<function>, Arguments&&... arguments)
        : process_pool(o, impl::make_preparation<function>(
                              std::forward<Arguments>(arguments)...)) {}
    process_pool(const process_pool&) = delete;
    process_pool& operator=(const process_pool&) = delete;
    ~process_pool();

    /// Refuses calls from now on. By default waits until all that was accepted has ended, and ends
    /// the workers.
    void shutdown(shutdown_options how = {});

    /// How many workers there may be.
    [[nodiscard]] std::size_t size() const noexcept;

    struct statistics {
        std::size_t workers = 0;       ///< processes there are
        std::size_t queued = 0;        ///< calls that no worker has
        std::size_t running = 0;       ///< calls that workers have, one each of which runs
        std::uint64_t completed = 0;   ///< calls that had a result
        std::uint64_t started = 0;     ///< workers, in all
        std::uint64_t died = 0;        ///< of those, without having been asked
    };
    [[nodiscard]] statistics stats() const noexcept;
    /// The numbers of the processes there are, for ps, debuggers and tests.
    [[nodiscard]] std::vector<int> pids() const;

private:
    process_pool(const options& o, std::unique_ptr<impl::preparation> prepare);

    friend class remote_executor<process_pool>;
    template <class Pool, class Callee>
    friend struct impl::remote_carrier;
    void require_open() const;
    void submit_call(impl::remote_call& call) noexcept;

    std::unique_ptr<impl::process_engine> engine_;
};

static_assert(executor<process_pool>);

}  // namespace troika
