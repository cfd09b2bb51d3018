// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/std_parts.hpp>
#include <troika/core/errors.hpp>
#include <troika/core/executor.hpp>
#include <troika/core/recycler.hpp>
#include <troika/core/task.hpp>
#include <troika/core/task_owner.hpp>
#include <troika/core/task_tree.hpp>
#include <troika/pool/pool_item.hpp>
#include <troika/tasks/mapped.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

namespace troika {

class thread_pool;

namespace impl {

class pool_engine;

/// How a map has the threads of a pool call its function.
template <class F>
struct pool_carrier {
    template <class Input>
    using result = std::invoke_result_t<F&, Input>;

    template <class Job>
    future<void> submit(Job& chunk);
    [[nodiscard]] std::size_t workers() const noexcept;

    thread_pool& pool;
    F function;
};

/// What each thread of a pool calls before it works.
class pool_preparation {
public:
    pool_preparation() noexcept = default;
    pool_preparation(const pool_preparation&) = delete;
    pool_preparation& operator=(const pool_preparation&) = delete;
    virtual ~pool_preparation() = default;
    virtual void call() = 0;
};

/// A call that a pool makes, and the state of its future: one object, one allocation.
template <class T, class F>
class pool_call final : public promise_state<T>, public pool_job {
public:
    static void* operator new(std::size_t bytes) { return allocate(bytes); }
    static void operator delete(void* memory, std::size_t bytes) noexcept {
        deallocate(memory, bytes);
    }

    /// `home` is the pool whose threads may run it while they wait for it; null: none.
    explicit pool_call(F&& function, const scheduler* home = nullptr)
        : promise_state<T>(&pool_call::obey), context_(context_binding::current()), home_(home),
          function_(std::move(function)) {
        context_binding::retain(context_);
    }
    pool_call(const pool_call&) = delete;
    pool_call& operator=(const pool_call&) = delete;

private:
    ~pool_call() { context_binding::release(context_); }   // function_ has gone before

    void run() noexcept override {
        if (!this->try_start()) {
            let_go();
            return;
        }
        call();
        if (this->complete_and_release()) promise_state<T>::destroy(this);
    }
    void refuse(const std::exception_ptr& reason) noexcept override {
        if (this->try_start()) give_up(reason ? reason : make_cancelled());
        let_go();
    }
    static bool obey(promise_core& core, promise_core::order what) noexcept {
        auto& me = static_cast<pool_call&>(core);
        switch (what) {
            case promise_core::order::run:
                if (current_thread.home != me.home_ || !me.try_start()) break;
                me.call();
                me.complete();
                break;
            case promise_core::order::cancel:
                if (!me.try_cancel()) {
                    me.request_cancel();
                    return false;
                }
                me.give_up(make_cancelled());
                return true;
            case promise_core::order::help: break;
            case promise_core::order::destroy: delete &me; break;
        }
        return false;
    }

    void call() noexcept {
        // What it sets is its own, whatever waits below it on this thread.
        context_binding* const before = std::exchange(current_thread.context, context_);
        const future_core* const below = std::exchange(current_thread.job, this);
        context_ = nullptr;
        try {
            if constexpr (std::is_void_v<T>) {
                function_();
                this->outcome_.emplace();
            } else {
                this->outcome_.emplace(function_());
            }
        } catch (...) {
            this->outcome_.fail(std::current_exception());
        }
        current_thread.job = below;
        context_binding::release(std::exchange(current_thread.context, before));
        function_.~F();
    }
    void give_up(const std::exception_ptr& reason) noexcept {
        function_.~F();
        this->outcome_.fail(reason);
        this->complete();
    }
    void let_go() noexcept {
        if (this->release()) promise_state<T>::destroy(this);
    }

    context_binding* context_;
    const scheduler* const home_;
    union {
        F function_;
    };
};

}  // namespace impl

/// The second horse: threads that share their work. Whoever has none takes some from another.
///
/// For computing on all processors, and for calls that block. A job that waits for a future of its
/// own pool does not stop it: an idle thread takes over meanwhile.
/// Tasks given to it run on its threads, one at a time for each task; their children are tasks of
/// the pool as well. Models `executor`.
/// Thread: any. Lifetime: longer than what it runs; the destructor waits for that.
class thread_pool {
public:
    struct options {
        /// How many threads work at a time. By default as many as there are processors that this
        /// process may use, by its affinity and its cgroup's quota.
        std::size_t workers = automatic;
        const char* name = "pool";   ///< of the threads, for ps and debuggers: pool-0, pool-1
    };
    static constexpr std::size_t automatic = static_cast<std::size_t>(-1);

    /// Starts the threads. Throws: std::invalid_argument for no workers; std::system_error when a
    /// thread cannot be started.
    thread_pool();
    explicit thread_pool(const options& o);
    /// Has each thread call `initializer()` before it works. What it throws breaks the pool.
    template <std::invocable F>
    thread_pool(const options& o, F initializer)
        : thread_pool(o, std::make_unique<preparation<F>>(std::move(initializer))) {}
    thread_pool(const thread_pool&) = delete;
    thread_pool& operator=(const thread_pool&) = delete;
    ~thread_pool();

    /// Has a thread of the pool call `function(arguments...)`, which are copied, or moved, first.
    /// Returns: the future of its result; dropping it changes nothing.
    /// Throws: std::runtime_error after shutdown(); broken_pool.
    template <class F, class... Arguments>
        requires std::invocable<std::decay_t<F>, std::decay_t<Arguments>...>
    auto submit(F&& function, Arguments&&... arguments) {
        using T = std::invoke_result_t<std::decay_t<F>, std::decay_t<Arguments>...>;
        if constexpr (sizeof...(Arguments) == 0 && impl::is_task_v<T>) {
            return submit(call_kept(std::forward<F>(function)));
        } else if constexpr (sizeof...(Arguments) == 0) {
            return give<T, std::decay_t<F>>(std::forward<F>(function));
        } else {
            auto call = [f = std::decay_t<F>(std::forward<F>(function)),
                         ... each = std::decay_t<Arguments>(
                             std::forward<Arguments>(arguments))]() mutable -> T {
                return std::invoke(std::move(f), std::move(each)...);
            };
            return give<T, decltype(call)>(std::move(call));
        }
    }

    /// Runs `work` as a task of this pool. Returns: the future of its result.
    /// Throws: as above; `work` is dropped then.
    template <class T>
    future<T> submit(task<T> work, task_options how = {}) {
        try {
            require_open();
        } catch (...) {
            work.abandon();
            throw;
        }
        return roots().start(std::move(work), how);
    }

    /// Has the pool call `function` with each element of `inputs`. Submits the first of them now,
    /// and goes on as results are taken, never further ahead than `how` says.
    /// Returns: the results in order, for `for (auto&& x : ...)` or `co_await results.next()`.
    /// Throws: std::runtime_error after shutdown(); broken_pool.
    /// Lifetime: `inputs` is used where it is if it is an lvalue, else kept. `function` is called
    /// by several threads at a time.
    template <class F, std::ranges::input_range R>
        requires std::invocable<F&, std::ranges::range_reference_t<R>>
    auto map(F function, R&& inputs, map_options how = {}) {
        require_open();
        return mapped<impl::pool_carrier<F>, R>({*this, std::move(function)},
                                                std::forward<R>(inputs), how);
    }

    /// Refuses work from now on. By default waits until all that was accepted has ended, and ends
    /// the threads; what runs may still give work to its own pool.
    /// Throws: std::logic_error when one of its own threads would wait for itself.
    void shutdown(shutdown_options how = {});

    /// How many threads work at a time.
    [[nodiscard]] std::size_t size() const noexcept;

    struct statistics {
        std::size_t queued = 0;       ///< items that wait for a worker, more or less
        std::size_t running = 0;      ///< workers that have work
        std::size_t searching = 0;    ///< workers that look for some
        std::size_t parked = 0;       ///< workers that sleep
        std::uint64_t run = 0;        ///< items that were run: jobs, turns of tasks, branches
        std::uint64_t stolen = 0;     ///< of those, taken by one worker from another
        std::uint64_t sleeps = 0;     ///< how often a worker went to sleep
    };
    /// A look at the pool while it goes on. Costs a look at each worker.
    [[nodiscard]] statistics stats() const noexcept;

    /// Copies its tree of tasks, which go on meanwhile.
    [[nodiscard]] std::vector<task_view> tasks();

    /// The home of its tasks.
    [[nodiscard]] scheduler& home() noexcept;
    /// The owner of the tasks that were given to it.
    [[nodiscard]] task_owner& roots() noexcept;

private:
    template <class F>
    class preparation final : public impl::pool_preparation {
    public:
        explicit preparation(F&& function) : function_(std::move(function)) {}
        void call() override { function_(); }

    private:
        F function_;
    };
    thread_pool(const options& o, std::unique_ptr<impl::pool_preparation> prepare);

    template <class F>
    static std::invoke_result_t<F&> call_kept(F function) {
        co_return co_await function();
    }
    template <class T, class F, class G>
    future<T> give(G&& function) {
        require_open();
        auto* const call = new impl::pool_call<T, F>(F(std::forward<G>(function)), &home());
        future<T> answer = impl::future_access::adopt<T>(call);
        submit_job(*call);
        return answer;
    }
    void require_open() const;
    void submit_job(impl::pool_job& job);

    std::unique_ptr<impl::pool_engine> engine_;
};

namespace impl {

template <class F>
template <class Job>
future<void> pool_carrier<F>::submit(Job& chunk) {
    return pool.submit([&chunk, &f = function] { chunk.run(f); });
}
template <class F>
std::size_t pool_carrier<F>::workers() const noexcept {
    return pool.size();
}

}  // namespace impl

static_assert(executor<thread_pool>);

}  // namespace troika
