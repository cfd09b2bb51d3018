// SPDX-License-Identifier: MIT
// The pool that everybody writes first: a queue, a mutex, a condition, std::future.
#include "pool_work.hpp"

#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace {

class pool {
public:
    explicit pool(int workers) {
        for (int i = 0; i < workers; ++i) workers_.emplace_back([this] { serve(); });
    }
    ~pool() {
        {
            const std::lock_guard lock(mutex_);
            stopped_ = true;
        }
        filled_.notify_all();
        for (std::thread& worker : workers_) worker.join();
    }
    pool(const pool&) = delete;
    pool& operator=(const pool&) = delete;

    long batch(int count) {
        return pool_work::sum_of_futures(count, [this](int i) { return submit(i); });
    }
    int once(int value) { return submit(value).get(); }

private:
    std::future<int> submit(int value) {
        auto call = std::make_shared<std::packaged_task<int()>>([value] { return value; });
        std::future<int> result = call->get_future();
        {
            const std::lock_guard lock(mutex_);
            calls_.emplace_back([call = std::move(call)] { (*call)(); });
        }
        filled_.notify_one();
        return result;
    }
    void serve() {
        for (;;) {
            std::function<void()> call;
            {
                std::unique_lock lock(mutex_);
                filled_.wait(lock, [this] { return stopped_ || !calls_.empty(); });
                if (calls_.empty()) return;
                call = std::move(calls_.front());
                calls_.pop_front();
            }
            call();
        }
    }

    std::mutex mutex_;
    std::condition_variable filled_;
    std::deque<std::function<void()>> calls_;
    bool stopped_ = false;
    std::vector<std::thread> workers_;
};

}  // namespace

int main(int count, char** arguments) { return pool_work::main<pool>(count, arguments); }
