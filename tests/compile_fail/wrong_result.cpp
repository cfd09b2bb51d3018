// SPDX-License-Identifier: MIT
// expect: return_value
#include <troika/core/task.hpp>

#include <string>

troika::task<int> answer() { co_return std::string("forty-two"); }
