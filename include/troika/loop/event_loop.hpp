// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/std_parts.hpp>
#include <troika/core/executor.hpp>
#include <troika/core/scheduler.hpp>
#include <troika/core/task.hpp>
#include <troika/core/task_owner.hpp>
#include <troika/core/task_tree.hpp>
#include <troika/inspect/traceable.hpp>
#include <troika/loop/inbox.hpp>
#include <troika/loop/poller.hpp>

#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

namespace troika {

class timer_wheel;

/// Something that a loop has at most one of, made when it is first asked for: a resolver, the
/// signals.
/// Destroyed with the loop, before its poller. Thread: the loop's.
class loop_service {
public:
    loop_service() noexcept = default;
    loop_service(const loop_service&) = delete;
    loop_service& operator=(const loop_service&) = delete;
    virtual ~loop_service() = default;
};

namespace impl {
/// Its address stands for the type.
template <class T>
inline constexpr char service_key = 0;
}  // namespace impl

/// The engine of the first horse: many tasks on one thread, each gives way where it awaits.
///
/// Conducts four strangers: a ready queue, timers, an inbox for other threads, and a poller. One
/// turn makes the calls that other threads asked for, runs what is ready, then what is due, then
/// asks the poller.
/// Thread: that which calls run(), run_until_done() or turn(); submit(), post() and stop() any.
class event_loop final : public scheduler {
public:
    /// A loop over the best backend that works here.
    event_loop();
    /// A loop over `door`; its clock is the loop's clock.
    explicit event_loop(std::unique_ptr<troika::poller> door);
    /// Requires: no task is left.
    ~event_loop();

    /// Runs `main` and everything that is started meanwhile until nothing is left.
    ///
    /// Returns: its value. Throws: what it threw. Tasks that are still there when it has ended
    /// (only those given to submit() can be) are cancelled and waited for.
    template <class T>
    T run(task<T> main) {
        require_outside();
        future<T> answer = roots().start(std::move(main), {.name = "main"});
        run_until_done(impl::future_access::core(answer));
        return std::move(answer).get();
    }

    /// Starts `work` as a task of this loop. Returns: its future. Thread: any.
    /// From another thread the loop must outlive the call.
    template <class T>
    future<T> submit(task<T> work, task_options options = {}) {
        if (is_current()) return roots().start(std::move(work), options);
        promise<T> owed;
        future<T> answer = owed.get_future();
        post([this, options, work = std::move(work), owed = std::move(owed)]() mutable {
            if (owed.start())
                roots().start_forgotten(forward_result(std::move(work), std::move(owed)), options);
            else
                work.abandon();
        });
        return answer;
    }

    /// Calls `function` on the loop's thread, in a later turn. Thread: any, and signal handlers
    /// never.
    /// What it throws ends the program: there is nobody to tell.
    template <std::invocable F>
    void post(F&& function) {
        class closure final : public posted, public impl::recycled {
        public:
            explicit closure(F&& f) : function_(std::forward<F>(f)) {}
            void run() noexcept override {
                auto moved = std::move(function_);
                delete this;
                moved();
            }

        private:
            std::decay_t<F> function_;
        };
        post(static_cast<posted&>(*new closure(std::forward<F>(function))));
    }

    void post(posted& call) noexcept override;
    void arm(timer& alarm) noexcept override;
    bool disarm(timer& alarm) noexcept override;
    [[nodiscard]] time_point now() const noexcept override;

    [[nodiscard]] troika::poller& door() noexcept { return *poller_; }
    [[nodiscard]] task_owner& roots() noexcept override;
    [[nodiscard]] scheduler& attendant() noexcept override { return *this; }
    bool block(impl::future_core& awaited, time_point deadline) override;
    void begin_blocking() override;
    void end_blocking() noexcept override {}
    [[nodiscard]] std::vector<task_view> tasks() { return task_tree::snapshot(roots()); }

    /// This loop's `Service`, made at the first call from a reference to the loop.
    /// Throws: std::logic_error on another thread.
    template <std::derived_from<loop_service> Service>
    Service& service() {
        const void* const key = &impl::service_key<Service>;
        if (loop_service* found = find_service(key)) return static_cast<Service&>(*found);
        auto made = std::make_unique<Service>(*this);
        Service& answer = *made;
        add_service(key, std::move(made));
        return answer;
    }

    /// One turn: never sleeps unless `may_sleep`. Returns: whether anything is left to do. For
    /// tests.
    bool turn(bool may_sleep);

    /// Turns until `awaited` is done, then cancels what is left and turns until it has ended.
    void run_until_done(impl::future_core& awaited);

    /// The loop of the task that runs on this thread; of a task on a thread pool, the loop that
    /// serves the pool. Throws: std::logic_error where there is none.
    [[nodiscard]] static event_loop& current();

    /// Ready tasks run in one turn before other threads, timers and the kernel are looked at.
    static constexpr std::size_t tasks_per_turn_max = 1024;
    /// A task that keeps the turn longer is reported in debug builds.
    static constexpr duration hold_max = std::chrono::milliseconds(100);

private:
    class root_tasks;

    template <class T>
    static task<void> forward_result(task<T> work, promise<T> owed) {
        std::exception_ptr error;
        try {
            if constexpr (std::is_void_v<T>) {
                co_await std::move(work);
                owed.set_value();
            } else {
                owed.set_value(co_await std::move(work));
            }
            co_return;
        } catch (...) {
            error = std::current_exception();
        }
        owed.set_exception(std::move(error));
    }

    [[nodiscard]] loop_service* find_service(const void* key) const;
    void add_service(const void* key, std::unique_ptr<loop_service> made);

    void schedule_shared(task_node&, bool) noexcept override {}   // it is not shared

    /// Throws: std::logic_error on a thread that runs a loop.
    static void require_outside();
    void work() noexcept;
    void poll(bool may_sleep) noexcept;
    void wait_observed(time_point until) noexcept;
    void run_inbox() noexcept;
    void run_ready() noexcept;
    void run_watched(task_node& node) noexcept;

    std::unique_ptr<troika::poller> poller_;
    std::unique_ptr<timer_wheel> timers_;
    std::unique_ptr<root_tasks> roots_;
    std::vector<std::pair<const void*, std::unique_ptr<loop_service>>> services_;
    impl::inbox<posted, impl::posted_links> inbox_;
    impl::traceable traced_{*this};
};

}  // namespace troika
