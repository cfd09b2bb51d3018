// SPDX-License-Identifier: MIT
// expect: an async_generator gives values, without const, or lvalue references
#include <troika/tasks/async_generator.hpp>

troika::async_generator<const int> numbers() { co_yield 1; }
