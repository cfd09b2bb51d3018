// SPDX-License-Identifier: MIT
// A generator gives items one at a time, each when it is asked for, and may await in between.
#include <troika/troika.hpp>

#include <chrono>
#include <iostream>
#include <string>

using namespace std::chrono_literals;

troika::async_generator<int> countdown(int from) {
    for (int left = from; left > 0; --left) {
        co_yield left;
        co_await troika::sleep(20ms);
    }
}

// Generators make a line: each asks the one before it.
troika::async_generator<std::string> spoken(troika::async_generator<int> numbers) {
    while (auto number = co_await numbers.next())
        co_yield "T minus " + std::to_string(*number);
    co_yield "liftoff";
}

troika::task<void> async_main() {
    auto lines = spoken(countdown(3));
    while (auto line = co_await lines.next()) std::cout << *line << '\n';
}

int main() { troika::run(async_main()); }
