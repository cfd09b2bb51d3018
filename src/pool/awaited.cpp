// SPDX-License-Identifier: MIT
#include <troika/pool/awaited.hpp>

#include <troika/core/wait_cycle.hpp>

namespace troika::impl {

void wait_for_worker(future_core& call) noexcept {
    try {
        const blocked_work waiting(call);
        if (call.spin_until_done()) return;
        const blocking_section here;
        call.block_until(never);
    } catch (...) {   // no thread takes over what this one has to do
        call.block_until(never);
    }
}

}  // namespace troika::impl
