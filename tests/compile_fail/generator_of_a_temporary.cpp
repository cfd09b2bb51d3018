// SPDX-License-Identifier: MIT
// The generator would die with the question, and each would begin anew.
// expect(clang): expects an lvalue for object argument|is an rvalue
// expect(gcc): discards qualifiers
#include <troika/tasks/async_generator.hpp>

troika::async_generator<int> numbers() { co_yield 1; }

troika::task<int> asks() {
    auto item = co_await numbers().next();
    co_return item.value();
}
