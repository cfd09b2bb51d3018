// SPDX-License-Identifier: MIT
#pragma once

namespace troika::os {

/// Has every running thread of this process pass a full memory barrier before it returns.
///
/// Costs a microsecond or a few; registers the process at the first call.
/// Returns: false where the kernel refuses it (old ones, some sandboxes).
/// Source: membarrier(2), MEMBARRIER_CMD_PRIVATE_EXPEDITED.
bool membarrier() noexcept;

}  // namespace troika::os
