// SPDX-License-Identifier: MIT
// A task is consumed once, and that has to be seen: co_await std::move(work).
// expect(clang): no member named 'await_ready' in 'troika::task<int>'
// expect(gcc): passing .troika::task<int>. as .this. argument discards qualifiers
#include <troika/core/task.hpp>

troika::task<int> answer() { co_return 42; }

troika::task<int> asks() {
    auto work = answer();
    int value = co_await work;
    co_return value;
}
