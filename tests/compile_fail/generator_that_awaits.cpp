// SPDX-License-Identifier: MIT
// A generator is asked by plain code, which cannot wait.
// expect: a generator cannot co_await; make it an async_generator
#include <troika/core/generator.hpp>
#include <troika/core/task.hpp>

troika::task<int> answer() { co_return 42; }

troika::generator<int> answers() {
    int one = co_await answer();
    co_yield one;
}
