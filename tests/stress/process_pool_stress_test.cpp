// SPDX-License-Identifier: MIT
#include "unit/proc/killing.hpp"

namespace troika {

TEST(ProcessPoolStress, TenThousandWorkersAreKilled) { kill_workers(10'000, 2); }

}  // namespace troika
