// SPDX-License-Identifier: MIT
// A member function needs an object, which is not there.
// expect: only a function can be called in another process
#include <troika/proc/crossing_function.hpp>

struct worker {
    int work(int n) { return n; }
};
static_assert(troika::impl::crossable_function<&worker::work>());
