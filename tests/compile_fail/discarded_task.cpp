// SPDX-License-Identifier: MIT
// A task that nobody awaits does nothing; forgetting it is the commonest mistake.
// expect: a task does nothing until it is awaited
#include <troika/core/task.hpp>

troika::task<int> answer() { co_return 42; }

troika::task<void> asks() {
    answer();
    co_return;
}
