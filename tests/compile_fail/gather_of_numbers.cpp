// SPDX-License-Identifier: MIT
// Only work can be gathered: tasks and futures.
// expect(clang): no matching function for call to 'gather'
// expect(gcc): no matching function for call to .gather\(int, int\)
#include <troika/tasks/gather.hpp>

auto nonsense() { return troika::gather(1, 2); }
