// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/future_awaiter.hpp>
#include <troika/core/promise_base.hpp>
#include <troika/core/task_node.hpp>
#include <troika/core/task_owner.hpp>
#include <troika/core/thread_state.hpp>

#include "inspect/registry_format.hpp"

#include <cstddef>

// Members of classes that are not plain: every compiler that we have supports it.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winvalid-offsetof"

namespace troika::impl {

/// Where the members stand by which tasks are found in another process.
struct layout {
    static void write(std::uint32_t* places) noexcept {
        const auto put = [&](place which, std::size_t offset) {
            places[static_cast<std::size_t>(which)] = static_cast<std::uint32_t>(offset);
        };
        put(place::node_hook, hook_of_node());
        put(place::node_frame, offsetof(task_node, frame_));
        put(place::node_wait, offsetof(task_node, link_));
        put(place::node_name, offsetof(task_node, name_));
        put(place::node_id, offsetof(task_node, id_));
        put(place::node_state, offsetof(task_node, run_state_));
        put(place::node_cancelled, offsetof(task_node, cancelled_));
        put(place::node_started, offsetof(task_node, started_));
        put(place::node_parked_in, offsetof(task_node, parked_in_));
        put(place::node_scope, offsetof(task_node, scope_));
        put(place::scope_parent, offsetof(cancel_scope, parent_));
        put(place::scope_host, offsetof(cancel_scope, host_));
        put(place::scope_owns_tasks, offsetof(cancel_scope, owns_tasks_));
        put(place::owner_tasks, offsetof(task_owner, tasks_));
        put(place::owner_count, offsetof(task_owner, task_count_));
        put(place::promise, 2 * sizeof(void*));   // behind resume and destroy
        put(place::promise_awaiter, offsetof(promise_base, awaiter_));
        put(place::promise_node, offsetof(promise_base, node_));
        put(place::promise_where, offsetof(promise_base, where_));
        put(place::future_wait_core, offsetof(future_wait, core_));
        put(place::core_maker, offsetof(future_core, maker_));
        put(place::thread_task, offsetof(thread_state, task));
        put(place::thread_job, offsetof(thread_state, job));
    }

private:
    static std::size_t hook_of_node() noexcept {
        constexpr std::uintptr_t somewhere = 4096;
        auto* const node = reinterpret_cast<task_node*>(somewhere);
        return reinterpret_cast<std::uintptr_t>(static_cast<list_hook<>*>(node)) - somewhere;
    }
};

}  // namespace troika::impl

#pragma GCC diagnostic pop
