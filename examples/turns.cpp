// SPDX-License-Identifier: MIT
// Who runs when: a task has the turn until it awaits something that is not there yet.
#include <troika/troika.hpp>

#include <iostream>
#include <string>
#include <utility>

troika::task<void> walk(std::string name) {
    for (int step = 1; step <= 3; ++step) {
        std::cout << name << ", step " << step << '\n';
        co_await troika::yield_now();   // the turn goes to whoever is ready
    }
    std::cout << name << " has arrived\n";
}

troika::task<void> hurry(std::string name) {
    for (int step = 1; step <= 3; ++step) std::cout << name << ", step " << step << '\n';
    std::cout << name << " has arrived\n";
    co_return;   // no await: nobody else had the turn
}

troika::task<void> async_main() {
    troika::task<void> later = walk("Carol");
    std::cout << "Carol has not moved\n";   // a task that nobody awaits has not begun
    co_await std::move(later);

    std::cout << "together:\n";
    co_await troika::gather(walk("Alice"), walk("Bob"), hurry("Dave"));
}

int main() { troika::run(async_main()); }
