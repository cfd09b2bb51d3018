// SPDX-License-Identifier: MIT
#include <troika/pool/thread_pool.hpp>

#include <troika/core/errors.hpp>

#include "os/processors.hpp"
#include "pool/engine.hpp"

#include <string>

namespace troika {

namespace {

std::size_t checked(std::size_t workers) {
    if (workers == 0)
        throw std::invalid_argument(
            "a thread pool without workers would never do anything: ask for at least one, or for "
            "thread_pool::automatic");
    return workers == thread_pool::automatic ? os::processors_available() : workers;
}

}  // namespace

thread_pool::thread_pool() : thread_pool(options{}) {}
thread_pool::thread_pool(const options& o) : thread_pool(o, nullptr) {}
thread_pool::thread_pool(const options& o, std::unique_ptr<impl::pool_preparation> prepare)
    : engine_(std::make_unique<impl::pool_engine>(checked(o.workers), o.name,
                                                  std::move(prepare))) {}

thread_pool::~thread_pool() {
    engine_->close();
    // exit() was called by a job: the process ends, and nobody can wait for this thread.
    if (engine_->is_current())
        static_cast<void>(engine_.release());
    else
        engine_->end();
}

void thread_pool::shutdown(shutdown_options how) {
    if (how.wait && engine_->is_current())
        throw std::logic_error(
            "shutdown() of a thread pool by one of its own threads would wait for itself: pass "
            "{.wait = false}, or call it from outside");
    engine_->close();
    if (how.cancel_pending) engine_->cancel_pending();
    if (how.wait) engine_->end();
}

void thread_pool::require_open() const { engine_->require_open(); }
void thread_pool::submit_job(impl::pool_job& job) { engine_->submit(impl::pool_item(job)); }
std::size_t thread_pool::size() const noexcept { return engine_->worker_count(); }
std::vector<task_view> thread_pool::tasks() { return task_tree::snapshot(roots()); }
scheduler& thread_pool::home() noexcept { return *engine_; }
task_owner& thread_pool::roots() noexcept { return engine_->roots(); }

thread_pool::statistics thread_pool::stats() const noexcept {
    statistics found;
    found.queued = engine_->injected();
    for (std::size_t i = 0; i < engine_->worker_count(); ++i) {
        const impl::pool_worker& worker = engine_->worker(i);
        const impl::pool_worker::counters count = worker.count();
        found.queued += worker.queued();
        found.run += count.run;
        found.stolen += count.stolen;
        found.sleeps += count.parked;
    }
    found.parked = engine_->sleeping();
    found.searching = engine_->searching();
    const std::size_t idle = found.parked + found.searching;
    found.running = engine_->worker_count() > idle ? engine_->worker_count() - idle : 0;
    return found;
}

}  // namespace troika
