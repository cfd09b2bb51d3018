// SPDX-License-Identifier: MIT
// links: asio
// Asio's coroutines, as its documentation uses them.
#include "task_work.hpp"

#include <asio.hpp>
#include <chrono>
#include <exception>

namespace {

using asio::awaitable;
using asio::use_awaitable;

long total = 0;

awaitable<int> identity(int value) { co_return value; }
awaitable<long> sum_of(int count) {
    long sum = 0;
    for (int i = 0; i < count; ++i) sum += co_await identity(i);
    co_return sum;
}
awaitable<void> yields(int count) {
    const auto executor = co_await asio::this_coro::executor;
    for (int i = 0; i < count; ++i) co_await asio::post(executor, use_awaitable);
}
awaitable<void> sleeps(std::chrono::milliseconds length) {
    asio::steady_timer timer(co_await asio::this_coro::executor, length);
    co_await timer.async_wait(use_awaitable);
}
const auto add = [](const std::exception_ptr&, int value) { total += value; };

}  // namespace

void task_work::held(int count) {
    asio::io_context context(1);
    for (int i = 0; i < count; ++i) asio::co_spawn(context, identity(i), add);
    context.run();
    expect(total == sum_below(count));
}

void task_work::batches(int count) {
    asio::io_context context(1);
    for (int batch = 0; batch < count; ++batch) {
        for (int i = 0; i < batch_size; ++i) asio::co_spawn(context, identity(i), add);
        context.restart();
        context.run();
    }
    expect(total == count * sum_below(batch_size));
}

void task_work::chain(int count) {
    asio::io_context context(1);
    asio::co_spawn(context, sum_of(count),
                   [](const std::exception_ptr&, long value) { total = value; });
    context.run();
    expect(total == sum_below(count));
}

void task_work::yield(int tasks, int times) {
    asio::io_context context(1);
    for (int i = 0; i < tasks; ++i) asio::co_spawn(context, yields(times), asio::detached);
    context.run();
}

void task_work::sleep(int tasks, std::chrono::milliseconds length) {
    asio::io_context context(1);
    for (int i = 0; i < tasks; ++i) asio::co_spawn(context, sleeps(length), asio::detached);
    context.run();
}

int main(int count, char** arguments) { return task_work::main(count, arguments); }
