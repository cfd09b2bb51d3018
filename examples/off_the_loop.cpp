// SPDX-License-Identifier: MIT
// A call that blocks is made on a thread of its own; the tasks of the loop go on meanwhile.
#include <troika/troika.hpp>

#include <chrono>
#include <iostream>
#include <latch>
#include <string>

using namespace std::chrono_literals;

// A library that knows of no loop: its thread stands still until the clock has ticked often enough.
std::string wait_for_clock(std::latch& ticks) {
    ticks.wait();
    return "enough ticks";
}

troika::task<void> clock_task(std::latch& ticks) {
    for (int i = 1; i <= 3; ++i) {
        co_await troika::sleep(1ms);
        std::cout << "tick " << i << '\n';
        ticks.count_down();
    }
}

troika::task<void> async_main() {
    std::latch ticks{3};
    auto ask = [&] { return wait_for_clock(ticks); };
    auto both = co_await troika::gather(troika::to_thread(ask), clock_task(ticks));
    auto& [answer, nothing] = both;
    std::cout << answer << '\n';
    // `wait_for_clock(ticks)` called right here would hold the loop, and no clock would tick.
}

int main() { troika::run(async_main()); }
