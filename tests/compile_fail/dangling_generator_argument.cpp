// SPDX-License-Identifier: MIT
// The generator keeps a reference to a string that has died before the first next().
// expect(clang): temporary .* destroyed at the end of the full-expression
#include <troika/tasks/async_generator.hpp>

#include <string>

troika::async_generator<char> letters(const std::string& text) {
    for (const char letter : text) co_yield letter;
}

troika::task<char> asks() {
    auto from = letters(std::string("gone"));
    auto first = co_await from.next();
    co_return first.value();
}
