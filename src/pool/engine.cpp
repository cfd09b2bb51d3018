// SPDX-License-Identifier: MIT
#include "pool/engine.hpp"

#include <troika/core/trace.hpp>
#include <troika/core/wait_cycle.hpp>

#include "inspect/registry.hpp"
#include "os/clock.hpp"
#include "os/thread.hpp"
#include "pool/attendant.hpp"

#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

namespace troika::impl {

namespace {
constexpr std::size_t stack_kept = std::size_t{256} << 10;   // for one job, before another thread
}

/// The tasks that were given to a pool. One's failure is its future's affair.
class pool_engine::root_tasks final : public task_owner {
public:
    root_tasks(pool_engine& home, const std::string& name) noexcept : task_owner(home) {
        listing_data what;
        what.kind = listed::pool;
        what.gauges[0] = reinterpret_cast<std::uintptr_t>(&home.injected_count_);
        what.roots = reinterpret_cast<std::uintptr_t>(static_cast<task_owner*>(this));
        listing_.add(what, name);
    }
    [[nodiscard]] std::uint32_t number() const noexcept { return listing_.number(); }

    /// Those that have not begun will not.
    void cancel_pending() noexcept {
        const guard here(*this);
        for (task_node& task : tasks())
            static_cast<void>(task.try_cancel());
    }

    void cancel_all() noexcept { cancel(); }

private:
    void child_failed(task_node&, const std::exception_ptr&) noexcept override {}

    listing listing_;
};

pool_engine::pool_engine(std::size_t workers, std::string name,
                         std::unique_ptr<pool_preparation> prepare)
    : scheduler(shared_t{}), name_(std::move(name)), prepare_(std::move(prepare)),
      roots_(std::make_unique<root_tasks>(*this, name_)) {
    for (std::size_t i = 0; i < workers; ++i)
        workers_.push_back(std::make_unique<pool_worker>(*this, idle_, i));
    try {
        for (auto& worker : workers_) find_thread_for(*worker);
    } catch (...) {
        close();
        end();
        throw;
    }
}

pool_engine::~pool_engine() { check(ended_, "a pool goes before its threads have ended"); }

void pool_engine::find_thread_for(pool_worker& worker) {
    const std::scoped_lock here(mutex_);
    pool_thread* thread = nullptr;
    if (!spares_.empty()) {
        thread = spares_.back();
        spares_.pop_back();
        thread->worker = &worker;
        worker.thread_ = thread;
        // Release: pairs with wait_for_call(), which then sees the worker.
        thread->called.store(1, std::memory_order_release);
        std_atomics::wake(thread->called, 1);
        return;
    }
    threads_.push_back(std::make_unique<pool_thread>(*this));
    thread = threads_.back().get();
    thread->worker = &worker;
    pool_thread* const before = std::exchange(worker.thread_, thread);
    try {
        thread->handle.start_or_throw(
            "thread " + std::to_string(threads_.size()) + " of a pool",
            name_ + "-" + std::to_string(threads_.size() - 1), &pool_engine::thread_main, thread);
    } catch (...) {
        worker.thread_ = before;
        threads_.pop_back();
        throw;
    }
}

void pool_engine::thread_main(void* argument) noexcept {
    auto& thread = *static_cast<pool_thread*>(argument);
    pool_engine& me = thread.engine;
    current_thread.home = &me;
    current_thread.stack_low = os::stack_low();
    listing_data what;
    what.kind = listed::pool_worker;
    what.parent = me.roots_->number();
    what.id = static_cast<std::int32_t>(os::thread_id());
    what.thread = reinterpret_cast<std::uintptr_t>(&current_thread);
    listing listed_thread;
    listed_thread.add(what, "");
    // One that could not be prepared works as well, to end what was accepted before.
    me.prepare_thread();
    do {
        pool_worker* const worker = std::exchange(thread.worker, nullptr);
        listed_thread.update([worker](listing_data& seen) {
            const auto [bottom, top] = worker->ends();
            seen.gauges[0] = reinterpret_cast<std::uintptr_t>(bottom);
            seen.gauges[1] = reinterpret_cast<std::uintptr_t>(top);
        });
        worker->serve();
    } while (me.wait_for_call(thread));
    current_thread.worker = nullptr;
    current_thread.home = nullptr;
}

void pool_engine::prepare_thread() noexcept {
    if (!prepare_) return;
    try {
        prepare_->call();
    } catch (...) {
        break_down(std::current_exception());
    }
}

std::exception_ptr pool_engine::why_broken() const noexcept {
    const std::scoped_lock here(mutex_);
    return std::make_exception_ptr(broken_pool("the initializer of a thread pool threw", reason_));
}

bool pool_engine::wait_for_call(pool_thread& thread) noexcept {
    {
        const std::scoped_lock here(mutex_);
        if (finished_.load(std::memory_order_relaxed)) return false;
        spares_.push_back(&thread);
    }
    // It was a guest until now, for which the end of the pool has waited.
    guests_.fetch_sub(1, std::memory_order_acq_rel);
    if (closed_.load(std::memory_order_seq_cst)) idle_.notify();
    while (thread.called.exchange(0, std::memory_order_acquire) == 0)
        std_atomics::wait(thread.called, 0);
    const std::scoped_lock here(mutex_);
    return thread.worker != nullptr;
}

void pool_engine::require_open() const {
    if (broken_.load(std::memory_order_acquire)) std::rethrow_exception(why_broken());
    if (closed_.load(std::memory_order_seq_cst) && !is_current())
        throw std::runtime_error(
            "work was given to a thread pool after its shutdown(): submit before, or make a new "
            "pool");
}

void pool_engine::submit(pool_item item) noexcept {
    if (trace_hooks* const watcher = hooks()) [[unlikely]]
        watcher->on_submit(*this, reinterpret_cast<const void*>(item.bits));
    push(item, false);
}

void pool_engine::push(pool_item item, bool last) noexcept {
    pool_worker* const here = last ? nullptr : pool_worker::current_of(*this);
    if (here != nullptr)
        here->push(item);
    else {
        inject(item);
        idle_.notify();
        // Ordered against end(): either it sees the item, or we see that nobody will take it.
        if (finished_.load(std::memory_order_seq_cst)) [[unlikely]]
            refuse_late();
    }
}

void pool_engine::schedule_shared(task_node& node, bool last) noexcept {
    if (is_current()) {
        push(pool_item(node), last);
        return;
    }
    // The task may have ended, and the pool with it, before a thread from outside is back.
    wakers_.fetch_add(1, std::memory_order_relaxed);
    push(pool_item(node), last);
    wakers_.fetch_sub(1, std::memory_order_release);   // pairs with end()
}

void pool_engine::close() noexcept { closed_.store(true, std::memory_order_seq_cst); }

void pool_engine::end() noexcept {
    if (ended_) return;
    idle_.notify_all();   // each looks whether all is done
    bool none = false;   // not one could be started
    {
        const std::scoped_lock here(mutex_);   // a worker that blocks is just given another thread
        none = workers_.front()->thread_ == nullptr;
    }
    if (none) finish_if_idle();
    // The threads end once one of them has seen that nothing is left.
    for (std::size_t i = 0;; ++i) {
        pool_thread* thread = nullptr;
        {
            const std::scoped_lock here(mutex_);
            if (i == threads_.size()) break;
            thread = threads_[i].get();
        }
        thread->handle.join();
    }
    finished_.store(true, std::memory_order_seq_cst);
    refuse_late();
    attendant_.reset();
    while (wakers_.load(std::memory_order_acquire) != 0) std::this_thread::yield();
    ended_ = true;
}

void pool_engine::finish_if_idle() noexcept {
    // Asked by a worker that has announced its sleep, the last of all if it finds them so.
    const std::scoped_lock here(mutex_);
    std::uint32_t serving = 0;
    for (const auto& worker : workers_) serving += worker->thread_ != nullptr ? 1 : 0;
    if (idle_.sleeping() != serving || guests_.load(std::memory_order_acquire) != 0 ||
        roots_->task_count() != 0)
        return;
    finished_.store(true, std::memory_order_seq_cst);
    for (pool_thread* spare : spares_) {
        spare->called.store(1, std::memory_order_release);
        std_atomics::wake(spare->called, 1);
    }
    spares_.clear();
    idle_.notify_all();
}

void pool_engine::refuse_all(const std::exception_ptr& reason) noexcept {
    injector<std::uintptr_t, pool_links> kept;   // of work that runs: goes on afterwards
    const auto refuse = [&](std::uintptr_t bits) {
        const pool_item item(bits);
        if (item.what() == pool_item::kind::job)
            item.job().refuse(reason);
        else
            kept.push(bits);
    };
    // Taken first and refused then, as that calls the user's code.
    std::uintptr_t bits = 0;
    const auto take = [&bits](std::uintptr_t taken) { bits = taken; };
    for (auto& worker : workers_)
        for (std::size_t left = worker->queued(); left > 0; --left)
            if (worker->deque_.steal(bits) == work_deque<std::uintptr_t>::theft::taken)
                refuse(bits);
    while (take_injected(1, take) != 0) refuse(bits);
    while (kept.take(1, take) != 0) push(pool_item(bits), true);
}

void pool_engine::refuse_late() noexcept {
    // What was accepted at the very moment at which the pool ended. Each who brings something sees
    // to it that nothing is left, as another one may just have looked.
    std::uintptr_t bits = 0;
    while (!injected_.empty()) {
        if (take_injected(1, [&bits](std::uintptr_t taken) { bits = taken; }) == 0) {
            std::this_thread::yield();
            continue;
        }
        const pool_item item(bits);
        if (item.what() == pool_item::kind::job) {
            item.job().refuse(nullptr);
        } else if (item.what() == pool_item::kind::task) {
            // One that has not begun, as the pool waited for all others: cancelled, it only ends.
            item.task().cancel();
            task_node* const here = current_thread.task;
            run_task(item.task());
            current_thread.task = here;
        }
    }
}

void pool_engine::cancel_pending() noexcept {
    roots_->cancel_pending();
    refuse_all(nullptr);
}

void pool_engine::break_down(std::exception_ptr reason) noexcept {
    {
        const std::scoped_lock here(mutex_);
        if (!reason_) reason_ = std::move(reason);
    }
    broken_.store(true, std::memory_order_seq_cst);
    roots_->cancel_all();
    refuse_all(why_broken());
}

void pool_engine::arm(timer& alarm) noexcept {
    static_cast<void>(attendant());
    attending_.load(std::memory_order_acquire)->arm(alarm);
}

bool pool_engine::disarm(timer& alarm) noexcept {
    pool_attendant* const who = attending_.load(std::memory_order_acquire);
    return who != nullptr && who->disarm(alarm);
}

scheduler& pool_engine::attendant() {
    // Acquire: pairs with the store below.
    if (pool_attendant* const who = attending_.load(std::memory_order_acquire))
        return who->loop();
    const std::scoped_lock here(mutex_);
    if (attendant_ == nullptr) {
        attendant_ = std::make_unique<pool_attendant>(name_ + "-io");
        attending_.store(attendant_.get(), std::memory_order_release);
    }
    return attendant_->loop();
}

void pool_engine::post(posted& call) noexcept {
    class posted_job final : public pool_job, public recycled {
    public:
        explicit posted_job(posted& what) noexcept : what_(what) {}
        void run() noexcept override {
            posted& what = what_;
            delete this;
            pool_engine::call(what);
        }
        void refuse(const std::exception_ptr&) noexcept override { run(); }

    private:
        posted& what_;
    };
    push(pool_item(*new posted_job(call)), true);
}

time_point pool_engine::now() const noexcept { return os::steady_time(); }
task_owner& pool_engine::roots() noexcept { return *roots_; }

bool pool_engine::block(future_core& awaited, time_point deadline) {
    if (awaited.done()) return true;
    if (deadline != never) {
        begin_blocking();
        return awaited.block_until(deadline);
    }
    const blocked_work here(awaited);
    // One of this pool that has not started is done soonest by running it here: also without limit
    // on depth, for where the stack ends another thread takes over.
    if (awaited.is_job() && os::stack_room(current_thread.stack_low) > stack_kept) {
        task_node* const task = std::exchange(current_thread.task, nullptr);
        static_cast<promise_core&>(awaited).run_job();
        current_thread.task = task;
        if (awaited.done()) return true;
    }
    if (awaited.spin_until_done()) return true;
    begin_blocking();
    return awaited.block_until(never);
}

void pool_engine::begin_blocking() {
    pool_worker* const worker = pool_worker::current_of(*this);
    if (worker == nullptr) return;   // a guest already
    guests_.fetch_add(1, std::memory_order_acq_rel);
    current_thread.worker = nullptr;
    try {
        find_thread_for(*worker);
    } catch (...) {
        current_thread.worker = worker;
        guests_.fetch_sub(1, std::memory_order_acq_rel);
        throw;
    }
}

}  // namespace troika::impl
