// SPDX-License-Identifier: MIT
// A generator is no awaitable: it is asked for each item, co_await numbers.next().
// expect: no member named .await_ready. in .troika::async_generator<int>
#include <troika/tasks/async_generator.hpp>

troika::async_generator<int> numbers() { co_yield 1; }

troika::task<int> asks() {
    auto from = numbers();
    int value = co_await from;
    co_return value;
}
