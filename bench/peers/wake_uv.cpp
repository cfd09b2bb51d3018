// SPDX-License-Identifier: MIT
// links: libuv
// uv_async with the queue that its users write.
#include "wake_work.hpp"

#include <functional>
#include <mutex>
#include <utility>
#include <uv.h>
#include <vector>

namespace {

class loop {
public:
    template <class Ready>
    static void run(Ready&& ready) {
        loop self;
        ready(self);
        uv_run(&self.loop_, UV_RUN_DEFAULT);
    }
    void post(std::function<void()> call) {
        {
            const std::lock_guard lock(mutex_);
            calls_.push_back(std::move(call));
        }
        uv_async_send(&bell_);
    }
    void stop() {
        post([this] { uv_stop(&loop_); });
    }

private:
    loop() {
        uv_loop_init(&loop_);
        bell_.data = this;
        uv_async_init(&loop_, &bell_, [](uv_async_t* bell) {
            static_cast<loop*>(bell->data)->serve();
        });
    }
    void serve() {
        {
            const std::lock_guard lock(mutex_);
            taken_.swap(calls_);
        }
        for (auto& call : taken_) call();
        taken_.clear();
    }

    uv_loop_t loop_{};
    uv_async_t bell_{};
    std::mutex mutex_;
    std::vector<std::function<void()>> calls_;
    std::vector<std::function<void()>> taken_;
};

}  // namespace

int main(int count, char** arguments) { return wake_work::main<loop>(count, arguments); }
