// SPDX-License-Identifier: MIT
#include <troika/loop/event_loop.hpp>

#include <troika/core/trace.hpp>

#include "core/report.hpp"
#include "inspect/registry.hpp"
#include "inspect/trace_request.hpp"
#include "loop/timer_wheel.hpp"
#include "os/thread.hpp"

#include <cstdint>
#include <stdexcept>
#include <string>
#include <thread>

namespace troika {

/// The tasks that no task started: run()'s and submit()'s. One's failure is its future's affair.
class event_loop::root_tasks final : public task_owner {
public:
    explicit root_tasks(event_loop& loop) noexcept : task_owner(loop) {
        impl::listing_data what;
        what.kind = impl::listed::loop;
        what.roots = reinterpret_cast<std::uintptr_t>(static_cast<task_owner*>(this));
        what.gauges[0] = reinterpret_cast<std::uintptr_t>(&turns_);
        what.gauges[1] = reinterpret_cast<std::uintptr_t>(&loop.turn_began());
        what.gauges[2] = static_cast<std::uint64_t>(loop.poller_->wake_descriptor() + 1);
        listing_.add(what, "");
        using impl::place;
        impl::publish(place::operation_request, &io_operation::request);
        impl::publish(place::request_op, &io_request::op);
        impl::publish(place::request_descriptor, &io_request::descriptor);
    }
    /// A turn begins, on this thread.
    void turn_begins() noexcept {
        ++turns_;
        wish_.look();
        if (thread_ != &impl::current_thread) [[unlikely]]
            list_thread();
    }
    void cancel_all() noexcept {
        for (task_node& task : tasks()) task.cancel();
    }

private:
    void child_failed(task_node&, const std::exception_ptr&) noexcept override {}
    void list_thread() noexcept {
        thread_ = &impl::current_thread;
        listing_.update([&](impl::listing_data& what) {
            what.id = static_cast<std::int32_t>(os::thread_id());
            what.thread = reinterpret_cast<std::uintptr_t>(thread_);
        });
    }

    std::uint64_t turns_ = 0;
    const impl::thread_state* thread_ = nullptr;   // on which the last turn was
    impl::listing listing_;
    const impl::trace_wish wish_;
};

namespace {

/// Makes a loop the home of this thread for the time of a call, so that its tasks may be touched.
class at_home {
public:
    explicit at_home(scheduler& home) {
        refuse_nesting();
        impl::current_thread.home = &home;
    }
    at_home(const at_home&) = delete;
    at_home& operator=(const at_home&) = delete;
    ~at_home() { impl::current_thread.home = nullptr; }

    static void refuse_nesting() {
        if (impl::current_thread.home != nullptr)
            throw std::logic_error(
                "an event loop runs on this thread already: await the task instead of calling "
                "run()");
    }
};

}  // namespace

event_loop::event_loop() : event_loop(make_poller()) {}

event_loop::event_loop(std::unique_ptr<troika::poller> door)
    : poller_(std::move(door)), timers_(std::make_unique<timer_wheel>(poller_->now())),
      roots_(std::make_unique<root_tasks>(*this)) {}

event_loop::~event_loop() {
    // Calls posted too late are still made: their closures own memory, and promises.
    run_inbox();
    while (!services_.empty()) services_.pop_back();   // later ones may use earlier ones
    run_inbox();                                       // what their threads posted to the last
    inbox_.wait_for_wakers();
}

void event_loop::require_outside() { at_home::refuse_nesting(); }

void event_loop::post(posted& call) noexcept {
    if (!inbox_.push(call)) return;
    if (!is_current()) poller_->wake();
    inbox_.woken();
}

void event_loop::arm(timer& alarm) noexcept { timers_->arm(alarm); }
bool event_loop::disarm(timer& alarm) noexcept {
    if (!alarm.armed()) return false;
    timers_->disarm(alarm);
    return true;
}

bool event_loop::block(impl::future_core&, time_point) {
    throw std::logic_error(
        "a future that is not done would block the event loop of this thread: co_await it instead");
}

void event_loop::begin_blocking() {
    throw std::logic_error(
        "this would block the event loop of this thread: co_await the operation instead");
}

time_point event_loop::now() const noexcept { return poller_->now(); }
task_owner& event_loop::roots() noexcept { return *roots_; }

event_loop& event_loop::current() {
    // Of a task on a thread pool: the loop that serves it.
    scheduler* const home = impl::current_thread.home;
    auto* loop = home == nullptr ? nullptr : dynamic_cast<event_loop*>(&home->attendant());
    if (loop == nullptr)
        throw std::logic_error("this needs an event loop: call it from a task that run() runs");
    return *loop;
}

loop_service* event_loop::find_service(const void* key) const {
    if (impl::current_thread.home != nullptr && !is_current())
        throw std::logic_error(
            "a service of an event loop is asked for on another thread: co_await "
            "resume_on(loop) first");
    for (const auto& [known, made] : services_)
        if (known == key) return made.get();
    return nullptr;
}

void event_loop::add_service(const void* key, std::unique_ptr<loop_service> made) {
    services_.emplace_back(key, std::move(made));
}

void event_loop::run_inbox() noexcept {
    for (posted* next = inbox_.take(); next != nullptr;) {
        posted& item = *next;
        next = inbox_.next(item);   // read first: the call may destroy the object
        call(item);
    }
}

void event_loop::run_ready() noexcept {
    for (std::size_t i = 0; i < tasks_per_turn_max && !ready_empty(); ++i) {
        if constexpr (impl::reporting)
            run_watched(take_ready());
        else
            run_task(take_ready());
    }
    end_turns();
}

void event_loop::run_watched(task_node& node) noexcept {
    node.retain();
    const time_point before = poller_->now();
    run_task(node);
    const duration held = poller_->now() - before;
    if (held > hold_max) {
        const task_view view = task_tree::view(node);
        impl::report(
            "task " + (view.name.empty() ? "#" + std::to_string(view.id) : view.name) +
            " held the loop for " + std::to_string(held / std::chrono::milliseconds(1)) +
            " ms before it came to\n" + task_tree::to_text(view.stack) +
            "  move computing and blocking calls to to_thread(), or yield_now() between steps");
    }
    node.release_untyped();
}

void event_loop::work() noexcept {
    roots_->turn_begins();
    begin_turn(poller_->now());
    // The inbox first: a task that another thread has cancelled before it began shall not begin.
    if (!inbox_.empty()) run_inbox();
    run_ready();
    if (timers_->size() != 0) timers_->advance(poller_->now());
}

void event_loop::wait_observed(time_point until) noexcept {
    trace_hooks* const watcher = hooks();
    if (watcher != nullptr)
        watcher->on_poll(*this, poller_->in_flight(), until != time_point::min());
    poller_->wait(until);
    if (watcher != nullptr) watcher->on_polled(*this);
}

void event_loop::poll(bool may_sleep) noexcept {
    const bool sleeps = may_sleep && ready_empty() && inbox_.empty();
    if (!sleeps && poller_->in_flight() == 0) return;
    const time_point until = sleeps ? timers_->next_deadline() : time_point::min();
    if (hooks() != nullptr) [[unlikely]]
        wait_observed(until);
    else
        poller_->wait(until);
}

bool event_loop::turn(bool may_sleep) {
    const at_home here(*this);
    work();
    poll(may_sleep);
    return !ready_empty() || !inbox_.empty() || timers_->size() != 0 || poller_->in_flight() != 0;
}

void event_loop::run_until_done(impl::future_core& awaited) {
    const at_home here(*this);
    // Whether it is done is asked before the poller is: nothing would end a sleep after the last
    // task.
    for (work(); !awaited.done(); work()) poll(true);
    if (roots_->task_count() == 0) return;
    roots_->cancel_all();
    for (work(); roots_->task_count() != 0; work()) poll(true);
}

}  // namespace troika
