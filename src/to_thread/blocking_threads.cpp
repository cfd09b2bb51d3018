// SPDX-License-Identifier: MIT
#include "to_thread/blocking_threads.hpp"

#include <string>

namespace troika::impl {

blocking_threads::blocking_threads(event_loop&) noexcept {}

blocking_threads::~blocking_threads() {
    {
        const std::scoped_lock here(mutex_);
        stopping_ = true;
    }
    filled_.notify_all();
    threads_.clear();   // joins them
}

void blocking_threads::submit(pool_job& call) {
    bool another = false;
    {
        const std::scoped_lock here(mutex_);
        waiting_.push_back(&call);
        another = waiting_.size() > idle_ && threads_.size() < threads_max;
    }
    if (!another) {
        filled_.notify_one();
        return;
    }
    try {
        hire();
    } catch (...) {
        // Those that there are will come to it.
        if (!threads_.empty()) return;
        const std::scoped_lock here(mutex_);
        waiting_.pop_back();
        throw;
    }
}

void blocking_threads::hire() {
    threads_.emplace_back();
    try {
        threads_.back().start_or_throw("a thread for blocking calls",
                                       "blocking-" + std::to_string(threads_.size() - 1),
                                       &blocking_threads::thread_main, this);
    } catch (...) {
        threads_.pop_back();
        throw;
    }
}

void blocking_threads::thread_main(void* self) noexcept {
    static_cast<blocking_threads*>(self)->serve();
}

void blocking_threads::serve() noexcept {
    std::unique_lock lock(mutex_);
    for (;;) {
        ++idle_;
        filled_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
        --idle_;
        if (waiting_.empty()) return;
        pool_job* const call = waiting_.front();
        waiting_.pop_front();
        lock.unlock();
        call->run();
        lock.lock();
    }
}

}  // namespace troika::impl
