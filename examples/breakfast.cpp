// SPDX-License-Identifier: MIT
// Breakfast: the total time is the longest, not the sum.
#include <troika/troika.hpp>

#include <chrono>
#include <iostream>
#include <string>

using namespace std::chrono_literals;

troika::task<std::string> prepare(std::string dish, std::chrono::milliseconds time) {
    co_await troika::sleep(time);
    std::cout << dish << " ready\n";
    co_return dish;
}

troika::task<void> async_main() {
    const auto began = std::chrono::steady_clock::now();
    auto dishes = co_await troika::gather(   // a tuple, in the order of the arguments
        prepare("kettle", 30ms), prepare("omelette", 50ms), prepare("dessert", 80ms),
        prepare("meat", 60ms));
    const auto took = std::chrono::steady_clock::now() - began;

    auto& [tea, eggs, cake, meat] = dishes;
    std::cout << "breakfast: " << tea << ", " << eggs << ", " << cake << ", " << meat << '\n';
    std::cerr << "after " << took / 1ms << " ms; one after the other it takes 220\n";
}

int main() { troika::run(async_main()); }
