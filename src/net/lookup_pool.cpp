// SPDX-License-Identifier: MIT
#include "net/lookup_pool.hpp"

#include "os/error.hpp"
#include "os/thread.hpp"

#include <cerrno>
#include <exception>
#include <memory>
#include <system_error>
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
    using keeper = std::shared_ptr<lookup_pool>;
    auto self = std::make_unique<keeper>(shared_from_this());
    const auto main = [](void* argument) noexcept {
        const std::unique_ptr<keeper> mine(static_cast<keeper*>(argument));
        (*mine)->work();
    };
    const int error = os::start_abandonable_thread("troika-names", main, self.get());
    if (error == 0) {
        static_cast<void>(self.release());
        ++threads_;
    } else if (threads_ == 0) {
        os::throw_error(-error, "start a thread to resolve names");
    }   // else those that are there will do it
}

void lookup_pool::close() noexcept {
    std::deque<job> dropped;
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
        dropped.swap(queue_);
    }
    filled_.notify_all();
    os::resolution none;
    none.error = std::make_error_code(std::errc::operation_canceled);
    for (job& each : dropped) each.owed.set_value(none);
}

void lookup_pool::work() noexcept {
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
