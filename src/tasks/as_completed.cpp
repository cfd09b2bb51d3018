// SPDX-License-Identifier: MIT
#include <troika/tasks/as_completed.hpp>

namespace troika::impl {

void streaming::abandon() noexcept {
    if (task_count() == 0) return;
    cancel();
    hand_over(home().roots());
}

}  // namespace troika::impl
