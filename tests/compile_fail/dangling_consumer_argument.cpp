// SPDX-License-Identifier: MIT
// The consumer keeps a reference to a string that has died before the first send().
// expect(clang): temporary .* destroyed at the end of the full-expression
#include <troika/core/consumer.hpp>

#include <string>

troika::consumer<int, char> letters(const std::string& text) {
    std::size_t at = 0;
    for (;;) at = static_cast<std::size_t>(co_yield text.at(at));
}

char asks() {
    auto from = letters(std::string("gone"));
    return from.start();
}
