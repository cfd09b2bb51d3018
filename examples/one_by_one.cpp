// SPDX-License-Identifier: MIT
// Breakfast by a patient cook: one dish after the other, so the times add up.
#include <troika/troika.hpp>

#include <chrono>
#include <iostream>
#include <string>

using namespace std::chrono_literals;

troika::task<std::string> prepare(std::string dish, std::chrono::milliseconds time) {
    co_await troika::sleep(time);   // stands for waiting: for a stove, a disk, a server
    std::cout << dish << " ready\n";
    co_return dish;
}

troika::task<int> make_breakfast() {
    std::string tea = co_await prepare("kettle", 30ms);
    std::string eggs = co_await prepare("omelette", 50ms);
    std::string cake = co_await prepare("dessert", 80ms);
    std::string meat = co_await prepare("meat", 60ms);
    std::cout << "breakfast: " << tea << ", " << eggs << ", " << cake << ", " << meat << '\n';
    co_return 4;
}

int main() {
    const int dishes = troika::run(make_breakfast());
    std::cout << dishes << " dishes\n";
}
