// SPDX-License-Identifier: MIT
#pragma once

#include "peers/task_work.hpp"

#include <troika/core/future.hpp>
#include <troika/core/task.hpp>
#include <troika/tasks/task_group.hpp>

#include <utility>
#include <vector>

/// Works with tasks that more than one benchmark does.
namespace task_batches {

[[gnu::noinline]] inline troika::task<int> identity(int value) { co_return value; }

/// Spawns a batch of tasks and awaits every future, `count` times.
inline troika::task<void> await_all(int count) {
    using troika::future;
    long sum = 0;
    co_await troika::with_task_group([&](troika::task_group& group) -> troika::task<void> {
        std::vector<future<int>> answers;
        answers.reserve(task_work::batch_size);
        for (int batch = 0; batch < count; ++batch) {
            for (int i = 0; i < task_work::batch_size; ++i)
                answers.push_back(group.create_task(identity(i)));
            for (future<int>& answer : answers) sum += co_await std::move(answer);
            answers.clear();
        }
    });
    task_work::expect(sum == count * task_work::sum_below(task_work::batch_size));
}

}  // namespace task_batches
