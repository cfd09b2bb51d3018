// SPDX-License-Identifier: MIT
#include "fetch/buffer_pool.hpp"

namespace troika::fetch {

task<buffer_pool::buffer> buffer_pool::take() {
    semaphore::permit permit = co_await available_.acquire();
    std::unique_ptr<std::byte[]> memory;
    if (free_.empty()) {
        // Not cleared: pages that no body reaches are never touched.
        memory = std::make_unique_for_overwrite<std::byte[]>(buffer_bytes);
        free_.reserve(buffers_max);
    } else {
        memory = std::move(free_.back());
        free_.pop_back();
    }
    co_return buffer(*this, std::move(memory), std::move(permit));
}

}  // namespace troika::fetch
