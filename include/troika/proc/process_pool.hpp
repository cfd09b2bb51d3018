// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/executor.hpp>
#include <troika/proc/process_entry.hpp>
#include <troika/proc/remote_call.hpp>
#include <troika/proc/remote_function.hpp>
#include <troika/proc/worker_died.hpp>
#include <troika/tasks/mapped.hpp>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <ranges>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace troika {

class process_pool;

namespace impl {

/// What each worker of a pool calls before it works.
class preparation {
public:
    preparation() noexcept = default;
    preparation(const preparation&) = delete;
    preparation& operator=(const preparation&) = delete;
    virtual ~preparation() = default;
    [[nodiscard]] virtual const function_identity& entry() const = 0;
    virtual void write(wire_writer& to) const = 0;
};

template <class Callee>
class typed_preparation;

/// How a map has the workers of a pool call its function.
template <class Callee>
struct process_carrier {
    template <class Input>
    using result = Callee::result;

    template <class Job>
    future<void> submit(Job& chunk);
    [[nodiscard]] std::size_t workers() const noexcept;

    process_pool* pool;
    Callee::parts parts;
};

}  // namespace impl

/// What process_pool's constructor takes for the function that each worker calls first.
template <auto function>
struct initializer_tag {};
template <auto function>
inline constexpr initializer_tag<function> initializer{};

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
class process_pool {
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
        : process_pool(o, make_preparation<function>(std::forward<Arguments>(arguments)...)) {}
    process_pool(const process_pool&) = delete;
    process_pool& operator=(const process_pool&) = delete;
    ~process_pool();

    /// Has a worker call `function(arguments...)`, which are copied, or moved, first.
    /// Returns: the future of its result. cancel() withdraws a call that has not begun, and asks
    /// one that has to stop: see process_pool::options, and troika::this_call.
    /// What the function throws arrives with its type where that is a standard one or was
    /// registered, else as remote_error. A `std::stop_token` that the function takes first is given
    /// by the worker.
    /// Throws: std::runtime_error after shutdown(); broken_pool.
    template <auto function, class... Arguments>
        requires std::constructible_from<call_arguments<decltype(function)>, Arguments...>
    auto submit(Arguments&&... arguments) {
        return give<impl::named_callee<function>>({}, std::forward<Arguments>(arguments)...);
    }
    /// The same for a function that is chosen when running.
    template <class R, class... P, class... Arguments>
        requires std::constructible_from<std::tuple<std::decay_t<P>...>, Arguments...>
    auto submit(R (*function)(P...), Arguments&&... arguments) {
        return give<impl::pointed_callee<R, P...>>({{function}},
                                                   std::forward<Arguments>(arguments)...);
    }
    /// The same for a function object without a state: a lambda that captures nothing.
    template <class F, class... Arguments>
        requires std::invocable<std::decay_t<F>&, std::decay_t<Arguments>...>
    auto submit(F&&, Arguments&&... arguments) {
        static_assert(impl::stateless<std::decay_t<F>>,
                      "a function object that holds something cannot cross to another process: let "
                      "the lambda capture nothing, and give it arguments");
        return give<impl::stateless_callee<std::decay_t<F>, std::decay_t<Arguments>...>>(
            {}, std::forward<Arguments>(arguments)...);
    }

    /// Has workers call the function with each element of `inputs`: `how.chunk` of them to a
    /// message. Submits the first of them now, and goes on as results are taken, never further
    /// ahead than `how` says. Inputs are copied when they are submitted.
    /// Returns: the results, for `for (auto&& x : ...)` or `co_await results.next()`; in order, or
    /// as they are completed.
    /// Throws: std::runtime_error after shutdown(); broken_pool.
    /// Lifetime: `inputs` is used where it is if it is an lvalue, else kept.
    template <auto function, std::ranges::input_range R>
    auto map(R&& inputs, map_options how = {}) {
        return map_by<impl::named_callee<function>>({}, std::forward<R>(inputs), how);
    }
    template <class T, class P, std::ranges::input_range R>
    auto map(T (*function)(P), R&& inputs, map_options how = {}) {
        return map_by<impl::pointed_callee<T, P>>({{function}}, std::forward<R>(inputs), how);
    }
    template <class F, std::ranges::input_range R>
        requires impl::stateless<F> && std::invocable<F&, std::ranges::range_value_t<R>>
    auto map(F, R&& inputs, map_options how = {}) {
        return map_by<impl::stateless_callee<F, std::ranges::range_value_t<R>>>(
            {}, std::forward<R>(inputs), how);
    }

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

    template <auto function, class... Arguments>
    static std::unique_ptr<impl::preparation> make_preparation(Arguments&&... arguments);

    template <class Callee, class... Arguments>
    future<typename Callee::result> give(const typename Callee::parts& parts,
                                         Arguments&&... arguments) {
        using T = Callee::result;
        using entry = impl::single_entry<Callee>;
        using all = std::tuple<typename Callee::parts, typename Callee::arguments>;
        require_open();
        auto* const call = new impl::typed_remote_call<T, all>(
            impl::identity_of<&entry::enter>(), parts,
            typename Callee::arguments(std::forward<Arguments>(arguments)...));
        future<T> answer = impl::future_access::adopt<T>(call);
        submit_call(*call);
        return answer;
    }
    template <class Callee, class R>
    mapped<impl::process_carrier<Callee>, R> map_by(const typename Callee::parts& parts, R&& inputs,
                                                    map_options how) {
        require_open();
        return {impl::process_carrier<Callee>{this, parts}, std::forward<R>(inputs), how};
    }
    template <class Callee>
    friend struct impl::process_carrier;
    void require_open() const;
    void submit_call(impl::remote_call& call) noexcept;

    std::unique_ptr<impl::process_engine> engine_;
};

namespace impl {

template <class Callee>
template <class Job>
future<void> process_carrier<Callee>::submit(Job& chunk) {
    pool->require_open();
    auto* const call = new chunk_call<Callee, Job>(parts, chunk);
    future<void> answer = future_access::adopt<void>(call);
    pool->submit_call(*call);
    return answer;
}
template <class Callee>
std::size_t process_carrier<Callee>::workers() const noexcept {
    return pool->size();
}

template <class Callee>
class typed_preparation final : public preparation {
public:
    explicit typed_preparation(typename Callee::arguments arguments)
        : arguments_(std::move(arguments)) {}
    [[nodiscard]] const function_identity& entry() const override {
        return identity_of<&single_entry<Callee>::enter>();
    }
    void write(wire_writer& to) const override { to.write(std::tuple<>(), arguments_); }

private:
    const typename Callee::arguments arguments_;
};

}  // namespace impl

template <auto function, class... Arguments>
std::unique_ptr<impl::preparation> process_pool::make_preparation(Arguments&&... arguments) {
    using callee = impl::named_callee<function>;
    return std::make_unique<impl::typed_preparation<callee>>(
        typename callee::arguments(std::forward<Arguments>(arguments)...));
}

static_assert(executor<process_pool>);

}  // namespace troika
