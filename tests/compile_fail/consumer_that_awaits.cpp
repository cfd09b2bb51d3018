// SPDX-License-Identifier: MIT
// expect: a consumer cannot co_await; use a task that reads from a queue
#include <troika/core/consumer.hpp>
#include <troika/core/task.hpp>

troika::task<int> answer() { co_return 42; }

troika::consumer<int, int> adds() {
    int one = co_await answer();
    for (;;) one += co_yield one;
}
