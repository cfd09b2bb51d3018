// SPDX-License-Identifier: MIT
// The task keeps a reference to a string that has died before the task starts.
// expect(clang): temporary .* destroyed at the end of the full-expression
#include <troika/core/task.hpp>

#include <cstddef>
#include <string>
#include <utility>

troika::task<std::size_t> length(const std::string& text) { co_return text.size(); }

troika::task<std::size_t> asks() {
    auto work = length(std::string("gone"));
    std::size_t size = co_await std::move(work);
    co_return size;
}
