// SPDX-License-Identifier: MIT
// Good night: what happens to tasks that are asked to end, and to what they hold.
#include <troika/troika.hpp>

#include <chrono>
#include <iostream>
#include <string>
#include <utility>

using namespace std::chrono_literals;

class lamp {
public:
    explicit lamp(std::string room) : room_(std::move(room)) {
        std::cout << "light on in the " << room_ << '\n';
    }
    lamp(const lamp&) = delete;
    lamp& operator=(const lamp&) = delete;
    ~lamp() { std::cout << "light off in the " << room_ << '\n'; }

private:
    std::string room_;
};

troika::task<void> keep_watch() {
    lamp light("hall");   // goes out however the task ends
    co_await troika::sleep(24h);
    std::cout << "the night is over\n";
}

troika::task<void> save(int page, troika::event& writing) {
    writing.set();
    co_await troika::sleep(20ms);
    std::cout << "page " << page << " is saved\n";
}

troika::task<void> keep_diary(troika::event& writing) {
    lamp light("study");
    for (int page = 1;; ++page)
        co_await troika::shield(save(page, writing));   // a page is saved whole, or not begun
}

troika::task<void> async_main() {
    troika::event writing;
    co_await troika::with_task_group([&](troika::task_group& group) -> troika::task<void> {
        group.create_task(keep_watch());
        group.create_task(keep_diary(writing));
        co_await writing.wait();
        std::cout << "good night\n";
        group.cancel();
    });
    std::cout << "the house is dark\n";

    const bool awake = co_await troika::move_on_after(5ms, keep_watch());
    std::cout << (awake ? "a long night" : "asleep after 5 ms") << '\n';
}

int main() { troika::run(async_main()); }
