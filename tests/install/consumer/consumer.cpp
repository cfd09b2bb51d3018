// SPDX-License-Identifier: MIT
#include <troika/troika.hpp>

#include <iostream>

troika::task<int> answer() {
    co_await troika::yield_now();
    co_return 42;
}

troika::task<void> async_main() {
    auto answers = co_await troika::gather(answer(), answer());
    auto& [first, second] = answers;
    std::cout << "the answer is " << (first + second) / 2 << "\n";
}

int main() { troika::run(async_main()); }
