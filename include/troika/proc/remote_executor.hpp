// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/executor.hpp>
#include <troika/proc/remote_call.hpp>
#include <troika/proc/remote_function.hpp>
#include <troika/tasks/mapped.hpp>

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

/// What a constructor of process_pool or mpi_pool takes for the function that each worker calls
/// first.
template <auto function>
struct initializer_tag {};
template <auto function>
inline constexpr initializer_tag<function> initializer{};

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

template <auto function, class... Arguments>
std::unique_ptr<preparation> make_preparation(Arguments&&... arguments) {
    using callee = named_callee<function>;
    return std::make_unique<typed_preparation<callee>>(
        typename callee::arguments(std::forward<Arguments>(arguments)...));
}

/// How a map has the workers of a pool call its function.
template <class Pool, class Callee>
struct remote_carrier {
    template <class Input>
    using result = Callee::result;

    template <class Job>
    future<void> submit(Job& chunk) {
        if (journal != nullptr) journal->require_written();
        pool->require_open();
        auto* const call = new chunk_call<Callee, Job>(parts, chunk, journal);
        future<void> answer = future_access::adopt<void>(call);
        if (call->all_known())
            call->end();
        else
            pool->submit_call(*call);
        return answer;
    }
    [[nodiscard]] std::size_t workers() const noexcept { return pool->size(); }

    Pool* pool;
    Callee::parts parts;
    map_journal* journal;   // may be null
};

}  // namespace impl

/// What pools whose workers are other processes have in common: a `Pool` has require_open(),
/// submit_call() and size(). Functions are named when compiling, `submit<&f>(arguments...)`;
/// arguments and results are copied from one process to the other, as troika/proc/wire_codec.hpp
/// says.
template <class Pool>
class remote_executor {
public:
    /// Has a worker call `function(arguments...)`, which are copied, or moved, first.
    /// Returns: the future of its result. cancel() withdraws a call that has not begun, and asks
    /// one that has to stop: see the options of the pool, and troika::this_call.
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

    /// The same with a journal: what it knows is not called again, and what is called is in it
    /// when it can be had from here.
    /// Throws: also std::system_error, after the results before, when the journal cannot be read,
    /// or written. Lifetime: `journal` outlives what is returned.
    template <auto function, std::ranges::input_range R>
    auto map(R&& inputs, map_journal& journal, map_options how = {}) {
        return map_by<impl::named_callee<function>>({}, std::forward<R>(inputs), how, &journal);
    }
    template <class T, class P, std::ranges::input_range R>
    auto map(T (*function)(P), R&& inputs, map_journal& journal, map_options how = {}) {
        return map_by<impl::pointed_callee<T, P>>({{function}}, std::forward<R>(inputs), how,
                                                  &journal);
    }
    template <class F, std::ranges::input_range R>
        requires impl::stateless<F> && std::invocable<F&, std::ranges::range_value_t<R>>
    auto map(F, R&& inputs, map_journal& journal, map_options how = {}) {
        return map_by<impl::stateless_callee<F, std::ranges::range_value_t<R>>>(
            {}, std::forward<R>(inputs), how, &journal);
    }

private:
    template <class Callee, class... Arguments>
    future<typename Callee::result> give(const typename Callee::parts& parts,
                                         Arguments&&... arguments) {
        using T = Callee::result;
        using entry = impl::single_entry<Callee>;
        using all = std::tuple<typename Callee::parts, typename Callee::arguments>;
        pool().require_open();
        auto* const call = new impl::typed_remote_call<T, all>(
            impl::identity_of<&entry::enter>(), parts,
            typename Callee::arguments(std::forward<Arguments>(arguments)...));
        future<T> answer = impl::future_access::adopt<T>(call);
        pool().submit_call(*call);
        return answer;
    }
    template <class Callee, class R>
    mapped<impl::remote_carrier<Pool, Callee>, R> map_by(const typename Callee::parts& parts,
                                                         R&& inputs, map_options how,
                                                         map_journal* journal = nullptr) {
        pool().require_open();
        return {impl::remote_carrier<Pool, Callee>{&pool(), parts, journal},
                std::forward<R>(inputs), how};
    }

    Pool& pool() noexcept { return static_cast<Pool&>(*this); }

    friend Pool;
    remote_executor() noexcept = default;
    ~remote_executor() = default;
};

}  // namespace troika
