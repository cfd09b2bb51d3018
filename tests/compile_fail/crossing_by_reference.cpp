// SPDX-License-Identifier: MIT
// What a function in another process changes, nobody sees.
// expect: a parameter that is a reference to something not const cannot cross
#include <troika/proc/crossing_function.hpp>

#include <vector>

void fill(std::vector<int>& numbers) { numbers.push_back(1); }
static_assert(troika::impl::crossable_function<&fill>());
