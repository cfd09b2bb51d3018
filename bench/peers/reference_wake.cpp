// SPDX-License-Identifier: MIT
// The least loop that can be posted to: a locked vector, an eventfd, epoll.
#include "wake_work.hpp"

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace {

class loop {
public:
    template <class Ready>
    static void run(Ready&& ready) {
        loop self;
        ready(self);
        self.serve();
    }
    void post(std::function<void()> call) {
        {
            const std::lock_guard lock(mutex_);
            calls_.push_back(std::move(call));
        }
        if (woken_.exchange(true)) return;
        const std::uint64_t one = 1;
        if (::write(bell_, &one, sizeof one) != sizeof one) std::abort();
    }
    void stop() {
        post([this] { stopped_ = true; });
    }

private:
    loop() {
        epoll_event event{};
        event.events = EPOLLIN | EPOLLET;
        if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, bell_, &event) != 0) std::abort();
    }
    ~loop() {
        ::close(bell_);
        ::close(epoll_);
    }
    void serve() {
        std::vector<std::function<void()>> taken;
        while (!stopped_) {
            epoll_event event{};
            ::epoll_wait(epoll_, &event, 1, -1);
            woken_ = false;
            {
                const std::lock_guard lock(mutex_);
                taken.swap(calls_);
            }
            for (auto& call : taken) call();
            taken.clear();
        }
    }

    int epoll_ = ::epoll_create1(0);
    int bell_ = ::eventfd(0, EFD_NONBLOCK);
    std::mutex mutex_;
    std::vector<std::function<void()>> calls_;
    std::atomic<bool> woken_{false};
    bool stopped_ = false;
};

}  // namespace

int main(int count, char** arguments) { return wake_work::main<loop>(count, arguments); }
