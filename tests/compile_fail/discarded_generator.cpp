// SPDX-License-Identifier: MIT
// expect: a generator does nothing until it is iterated over
#include <troika/core/generator.hpp>

troika::generator<int> numbers() { co_yield 1; }

void asks() { numbers(); }
