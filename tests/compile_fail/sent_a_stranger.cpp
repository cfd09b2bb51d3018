// SPDX-License-Identifier: MIT
// expect(clang): no viable conversion from .*vector
// expect(gcc): cannot convert .*vector
#include <troika/core/consumer.hpp>

#include <string>
#include <vector>

troika::consumer<std::string, int> counts() {
    for (int i = 0;; ++i) co_yield i;
}

int sends() {
    auto count = counts();
    return count.send(std::vector<int>(3));
}
