// SPDX-License-Identifier: MIT
#include <troika/tasks/as_completed.hpp>

namespace troika::impl {

void streaming::abandon() noexcept {
    if (task_count() == 0) return;
    cancel();
    task_owner* root = &host()->owner();
    while (root->host() != nullptr) root = &root->host()->owner();
    hand_over(*root);
}

}  // namespace troika::impl
