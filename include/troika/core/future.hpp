// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/outcome.hpp>
#include <troika/core/cancelled.hpp>
#include <troika/core/future_core.hpp>
#include <troika/core/future_wait.hpp>
#include <troika/core/recycler.hpp>
#include <troika/core/task_node.hpp>

#include <concepts>
#include <utility>

namespace troika {

template <class T>
class future;
template <class T>
class promise;

namespace impl {

/// A task's node with its result.
template <class T>
class task_state final : public task_node {
public:
    static void* operator new(std::size_t bytes) { return allocate(bytes); }
    static void operator delete(void* memory, std::size_t bytes) noexcept {
        deallocate(memory, bytes);
    }

    task_state(task_owner& owner, std::coroutine_handle<> root, const char* name,
               std::uint32_t references) noexcept
        : task_node(owner, root, name, references) {}

    /// The root coroutine has ended with `ended`. Called at its final suspension.
    void end(std::coroutine_handle<> root, outcome<T>& ended) noexcept {
        if (ended.has_error()) [[unlikely]]
            note_error(ended.error());
        // When no future looks, the result dies with the frame.
        if (!unshared()) move_outcome(ended, outcome_);
        frame_ = root.address();
        enter(run_state::ended);
        link_.dispose = [](task_node* node) noexcept { destroy(static_cast<task_state*>(node)); };
    }

    static void destroy(task_state* state) noexcept {
        report_if_unseen(*state, state->outcome_);
        delete state;
    }

    outcome<T> outcome_;
};

/// The shared state of a promise and its futures, as far as it does not know the result's type.
class promise_core : public future_core {
public:
    /// What is asked of a job, which is its promise's state as well.
    enum class order : std::uint8_t {
        run,       ///< run it here and now, if it has not started
        cancel,    ///< if it has not started, tell the futures so; else ask it to stop
        help,      ///< this thread is going to block until it is done: do what it can do for that
        destroy,   ///< the last reference has gone
    };
    using job_function = bool (*)(promise_core&, order) noexcept;

    /// Requires: is_job().
    void run_job() noexcept { job_(*this, order::run); }
    void help_job() noexcept { job_(*this, order::help); }
    /// Returns: whether it never will start.
    bool cancel_job() noexcept { return job_(*this, order::cancel); }

protected:
    explicit promise_core(job_function job) noexcept
        : future_core(job == nullptr ? maker::promise : maker::job, job == nullptr ? 1 : 2),
          job_(job) {}
    ~promise_core() = default;

    const job_function job_;   // null for a mere promise
};

/// The shared state of a promise and its futures.
template <class T>
class promise_state : public promise_core {
public:
    static void* operator new(std::size_t bytes) { return allocate(bytes); }
    static void operator delete(void* memory, std::size_t bytes) noexcept {
        deallocate(memory, bytes);
    }

    explicit promise_state(job_function job = nullptr) noexcept : promise_core(job) {}

    static void destroy(promise_state* state) noexcept {
        report_if_unseen(*state, state->outcome_);
        if (state->job_ != nullptr)
            state->job_(*state, order::destroy);
        else
            delete state;
    }

    outcome<T> outcome_;
};

template <class T>
outcome<T>& outcome_of(future_core& core) noexcept {
    if (core.is_task()) return static_cast<task_state<T>&>(core).outcome_;
    return static_cast<promise_state<T>&>(core).outcome_;
}

}  // namespace impl

/// The result of work that is done elsewhere or later: by a task, a thread, a process.
///
/// One pointer; copies look at the same result. A task awaits it, a plain thread blocks on it, and
/// callbacks are told of it. Dropping a future neither cancels nor stops the work.
/// Thread: any. The result is read by reference through an lvalue, moved out through an rvalue: the
/// one who moves must be the last to look.
template <class T>
class future {
public:
    using value_type = T;

    future() noexcept = default;
    future(const future& other) noexcept : core_(other.core_) {
        if (core_ != nullptr) core_->retain();
    }
    future(future&& other) noexcept : core_(std::exchange(other.core_, nullptr)) {}
    future& operator=(future other) noexcept {
        std::swap(core_, other.core_);
        return *this;
    }
    ~future() { drop(); }

    [[nodiscard]] bool valid() const noexcept { return core_ != nullptr; }
    /// Whether the result, or the error, is there.
    [[nodiscard]] bool done() const noexcept { return core().done(); }

    /// Blocks this thread until done.
    ///
    /// Returns: the value (by reference; by value from an rvalue). Throws: what the work threw;
    /// `cancelled` when the work was cancelled.
    /// Thread: any but a thread that runs an event loop, which must co_await instead.
    decltype(auto) get() const& {
        wait();
        return read();
    }
    T get() && {
        wait();
        return take();
    }

    /// Blocks this thread until done. Thread: as get().
    void wait() const { impl::block_on(core(), never); }
    /// Blocks this thread for at most `length`. Returns: done(). Thread: as get().
    bool wait_for(duration length) const { return impl::block_for(core(), length); }

    /// Returns: what the work threw, or null. Requires: done().
    [[nodiscard]] std::exception_ptr exception() const {
        check(done(), "exception() of a future that is not done");
        core_->mark_retrieved();
        impl::outcome_reader<T> outcome{impl::outcome_of<T>(*core_)};
        return outcome.error();
    }

    /// Asks the work not to be done.
    ///
    /// Returns: true if it had not started, and now never will; a task that runs is asked to end at
    /// its next await, and false is returned. Thread: any.
    bool cancel() const noexcept { return impl::cancel_future(core()); }

    /// Has `callback(const future&)` called once the future is done: on the thread that completes
    /// it, or here if it is done already. Callbacks run in the order in which they were added; what
    /// one throws is reported and dropped.
    template <class F>
        requires requires(F& callback, const future& done) { callback(done); }
    void add_done_callback(F&& callback) const;

    /// Waits for the result within a task. Returns and throws: as get().
    /// Cancel: ends the wait; the work goes on.
    auto operator co_await() const& noexcept { return impl::future_awaiter<T, false>{*this}; }
    auto operator co_await() && noexcept { return impl::future_awaiter<T, true>{*this}; }

    bool operator==(const future&) const noexcept = default;

private:
    friend class promise<T>;
    template <class, bool>
    friend class impl::future_awaiter;
    friend struct impl::future_access;

    explicit future(impl::future_core* core) noexcept : core_(core) {}

    impl::future_core& core() const noexcept {
        check(core_ != nullptr, "a future without a state was used");
        return *core_;
    }
    decltype(auto) read() const {
        core_->mark_retrieved();
        return std::as_const(impl::outcome_of<T>(*core_)).get();
    }
    T take() {
        core_->mark_retrieved();
        return impl::outcome_of<T>(*core_).take();
    }
    void drop() noexcept {
        if (core_ != nullptr && core_->release()) {
            if (core_->is_task())
                impl::task_state<T>::destroy(static_cast<impl::task_state<T>*>(core_));
            else
                impl::promise_state<T>::destroy(static_cast<impl::promise_state<T>*>(core_));
        }
    }

    impl::future_core* core_ = nullptr;
};

/// The side of a future that owes the result.
///
/// Kept once, by set_value or set_exception; a promise destroyed before fails its futures with
/// broken_promise. Thread: any one at a time.
template <class T>
class promise {
public:
    promise() : state_(new impl::promise_state<T>) {}
    promise(promise&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
    promise& operator=(promise other) noexcept {
        std::swap(state_, other.state_);
        return *this;
    }
    ~promise() {
        if (state_ == nullptr) return;
        if (!state_->done() && state_->was_cancelled())
            settle_cancelled();
        else if (!state_->done() && !state_->unshared())
            set_exception(impl::make_broken_promise());
        if (state_->release()) impl::promise_state<T>::destroy(state_);
    }

    [[nodiscard]] troika::future<T> get_future() const noexcept {
        state_->retain();
        return troika::future<T>{state_};
    }

    /// Says that the work begins, so that future::cancel() can no longer prevent it.
    /// Returns: false when it was cancelled before; the futures have been told and nothing is owed.
    [[nodiscard]] bool start() noexcept {
        if (state_->try_start()) return true;
        if (!state_->done()) settle_cancelled();
        return false;
    }
    /// Whether somebody asked running work to stop.
    [[nodiscard]] bool cancel_requested() const noexcept { return state_->cancel_requested(); }

    /// Throws: std::logic_error when the promise was kept already.
    template <class... Arguments>
    void set_value(Arguments&&... arguments) {
        require_open();
        state_->outcome_.emplace(std::forward<Arguments>(arguments)...);
        state_->complete();
    }
    /// Throws: std::logic_error when the promise was kept already.
    void set_exception(std::exception_ptr error) {
        require_open();
        state_->outcome_.fail(std::move(error));
        state_->complete();
    }

private:
    void require_open() const {
        if (state_->done()) impl::throw_kept_twice();
    }
    void settle_cancelled() noexcept {
        state_->outcome_.fail(impl::make_cancelled());
        state_->mark_retrieved();
        state_->complete();
    }

    impl::promise_state<T>* state_;
};

template <class T>
template <class F>
    requires requires(F& callback, const future<T>& done) { callback(done); }
void future<T>::add_done_callback(F&& callback) const {
    // Owns itself until it has been told.
    class callback_waiter final : public impl::future_waiter {
    public:
        callback_waiter(future of, F&& call) : of_(std::move(of)), call_(std::forward<F>(call)) {}
        void future_done() noexcept override {
            impl::call_reporting([&] { call_(std::as_const(of_)); });
            delete this;
        }

    private:
        future of_;
        std::decay_t<F> call_;
    };
    impl::future_waiter* const waiter = new callback_waiter(*this, std::forward<F>(callback));
    if (!core().add_waiter(*waiter)) waiter->tell();
}

}  // namespace troika

#include <troika/core/future_awaiter.hpp>
