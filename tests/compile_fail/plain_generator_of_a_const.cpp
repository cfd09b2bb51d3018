// SPDX-License-Identifier: MIT
// expect: a generator gives values, without const, or lvalue references
#include <troika/core/generator.hpp>

troika::generator<const int> numbers() { co_yield 1; }
