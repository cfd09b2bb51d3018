// SPDX-License-Identifier: MIT
#pragma once

#include "inspect/registry_format.hpp"

#include <atomic>
#include <cstdint>

namespace troika::impl {

/// Looks whether `troika trace` has asked for a trace of this process; one load, one branch.
///
/// Thread: any.
class trace_wish {
public:
    trace_wish() noexcept;

    void look() const noexcept {
        if (state_ != nullptr && state_->load(std::memory_order_relaxed) == trace_asked)
            [[unlikely]]
            obey();
    }

private:
    /// Has a thread record as long as it was asked for, and write the file.
    static void obey() noexcept;

    const std::atomic<std::uint32_t>* state_;   // null: without a register
};

}  // namespace troika::impl
