// SPDX-License-Identifier: MIT
// What a result refers to stays behind.
// expect: a function that returns a reference cannot be called
#include <troika/proc/crossing_function.hpp>

const int& largest(const int& a, const int& b) { return a > b ? a : b; }
static_assert(troika::impl::crossable_function<&largest>());
