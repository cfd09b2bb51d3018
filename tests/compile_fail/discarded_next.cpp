// SPDX-License-Identifier: MIT
// expect: a generator does nothing until its next\(\) is awaited
#include <troika/tasks/async_generator.hpp>

troika::async_generator<int> numbers() { co_yield 1; }

troika::task<void> asks() {
    auto from = numbers();
    from.next();
    co_return;
}
