// SPDX-License-Identifier: MIT
#include <troika/pool/computation.hpp>

#include <troika/core/cancelled.hpp>
#include <troika/core/task_node.hpp>

namespace troika::impl {

bool computation::asker_is_cancelled() const noexcept { return asker_->is_cancelled(); }

void computation::fail() noexcept {
    if (!failed_.exchange(true, std::memory_order_relaxed)) error_ = std::current_exception();
    stop();
}

void computation::finish() const {
    if (error_) std::rethrow_exception(error_);
    if (skipped_.load(std::memory_order_relaxed)) throw cancelled{};
}

}  // namespace troika::impl
