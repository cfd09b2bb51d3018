// SPDX-License-Identifier: MIT
#include <troika/sync/wait_line.hpp>

#include <troika/core/future_wait.hpp>
#include <troika/core/task_owner.hpp>

#include "os/futex.hpp"

#include <stdexcept>

namespace troika::impl {

bool wait_place::suspend(task_node& node, std::coroutine_handle<> frame) noexcept {
    // Parked before it stands in line: from then on any thread may wake it.
    park(node, frame);
    if (line_up()) return true;
    unpark();
    return false;
}

void wait_place::tell() noexcept {
    if (thread_ == nullptr) {
        wake_from_anywhere();
        return;
    }
    // The thread may go on as soon as it sees the flag; then the wake finds nobody at that address,
    // which is harmless.
    std::atomic<std::uint32_t>& told = *thread_;
    told.store(1, std::memory_order_release);   // pairs with the acquire in block_thread()
    os::futex_wake(told, 1);
}

void wait_place::block_thread() {
    const blocking_section here;
    std::atomic<std::uint32_t> told{0};
    thread_ = &told;
    if (!line_up()) return;
    while (told.load(std::memory_order_acquire) == 0) os::futex_wait(told, 0);
}

std::string sync_label(const char* noun, const char* name) {
    std::string label(noun);
    if (name != nullptr) label.append(" '").append(name).append("'");
    return label;
}

}  // namespace troika::impl
