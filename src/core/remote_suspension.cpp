// SPDX-License-Identifier: MIT
#include <troika/core/remote_suspension.hpp>
#include <troika/core/task_owner.hpp>

namespace troika::impl {

void remote_suspension::run() noexcept { wake(); }

}  // namespace troika::impl
