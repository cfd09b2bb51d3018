// SPDX-License-Identifier: MIT
#include "net/lookup_pool.hpp"

#include "os/cpu.hpp"
#include "os/error.hpp"
#include "os/signal.hpp"

#include <cerrno>
#include <exception>
#include <thread>
#include <utility>

namespace troika::net {

os::resolution lookup_pool::ask_system(const std::string& host) { return os::resolve(host, 0); }

future<os::resolution> lookup_pool::submit(const std::string& host) {
    const std::lock_guard lock(mutex_);
    if (queue_.size() >= queue_max)
        os::throw_error(EAGAIN, "resolve", host + " (too many names are being looked up)");
    if (queue_.size() >= idle_ && threads_ < threads_max) hire();
    job asked{host, {}};
    future<os::resolution> answer = asked.owed.get_future();
    queue_.push_back(std::move(asked));
    filled_.notify_one();
    return answer;
}

void lookup_pool::hire() {
    try {
        // Signals are for the program's own threads.
        const os::signal_block block(os::signal_set::all());
        std::thread([self = shared_from_this()] { self->work(); }).detach();
        ++threads_;
    } catch (const std::system_error&) {
        if (threads_ == 0) throw;   // else those that are there will do it
    }
}

void lookup_pool::close() noexcept {
    std::deque<job> dropped;
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
        dropped.swap(queue_);
    }
    filled_.notify_all();
}

void lookup_pool::work() noexcept {
    os::name_thread("troika-names");
    std::unique_lock lock(mutex_);
    for (;;) {
        ++idle_;
        filled_.wait(lock, [this] { return closed_ || !queue_.empty(); });
        --idle_;
        if (queue_.empty()) return;
        job next = std::move(queue_.front());
        queue_.pop_front();
        lock.unlock();
        try {
            next.owed.set_value(asked_(next.host));
        } catch (...) {
            next.owed.set_exception(std::current_exception());
        }
        lock.lock();
    }
}

}  // namespace troika::net
