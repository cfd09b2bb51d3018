// SPDX-License-Identifier: MIT
// expect: deleted
#include <troika/core/task.hpp>

troika::task<int> answer() { co_return 42; }

void copies() {
    auto work = answer();
    auto again = work;
}
