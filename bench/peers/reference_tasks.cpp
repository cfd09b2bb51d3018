// SPDX-License-Identifier: MIT
// The least code that runs coroutines as tasks: a lazy coroutine with symmetric transfer, frames
// from free lists by size, a FIFO of ready frames, a binary heap of timers. It cannot cancel, name,
// trace, or pass an exception on, and its results are read where they are: the price of the work
// itself.
#include "bare_task.hpp"
#include "task_work.hpp"

#include <algorithm>
#include <chrono>
#include <coroutine>
#include <exception>
#include <thread>
#include <vector>

namespace {

using bare::recycled;
using bare::task;

struct ready_entry {
    ready_entry* next = nullptr;
    std::coroutine_handle<> frame;
};

class loop {
public:
    using clock = std::chrono::steady_clock;

    void push(ready_entry& entry) {
        entry.next = nullptr;
        *last_ = &entry;
        last_ = &entry.next;
    }
    void arm(clock::time_point deadline, std::coroutine_handle<> frame) {
        timers_.push_back({deadline, frame});
        std::push_heap(timers_.begin(), timers_.end(), later);
    }
    void run() {
        for (;;) {
            while (first_ != nullptr) {
                ready_entry& entry = *first_;
                first_ = entry.next;
                if (first_ == nullptr) last_ = &first_;
                entry.frame.resume();
            }
            if (timers_.empty()) return;
            std::this_thread::sleep_until(timers_.front().deadline);
            const auto now = clock::now();
            while (!timers_.empty() && timers_.front().deadline <= now) {
                const auto frame = timers_.front().frame;
                std::pop_heap(timers_.begin(), timers_.end(), later);
                timers_.pop_back();
                frame.resume();
            }
        }
    }

private:
    struct alarm {
        clock::time_point deadline;
        std::coroutine_handle<> frame;
    };
    static bool later(const alarm& a, const alarm& b) { return a.deadline > b.deadline; }

    ready_entry* first_ = nullptr;
    ready_entry** last_ = &first_;
    std::vector<alarm> timers_;
};

loop the_loop;

struct yielding : ready_entry {
    bool await_ready() { return false; }
    void await_suspend(std::coroutine_handle<> awaiter) {
        frame = awaiter;
        the_loop.push(*this);
    }
    void await_resume() {}
};

struct sleeping {
    loop::clock::time_point deadline;
    bool await_ready() { return false; }
    void await_suspend(std::coroutine_handle<> awaiter) { the_loop.arm(deadline, awaiter); }
    void await_resume() {}
};

// A coroutine that begins in the ready queue and frees itself.
struct started {
    struct promise_type : recycled {
        ready_entry entry;
        started get_return_object() {
            entry.frame = std::coroutine_handle<promise_type>::from_promise(*this);
            the_loop.push(entry);
            return {};
        }
        std::suspend_always initial_suspend() noexcept { return {}; }
        std::suspend_never final_suspend() noexcept { return {}; }
        void return_void() {}
        void unhandled_exception() { std::terminate(); }
    };
};

long total = 0;

[[gnu::noinline]] task<int> identity(int value) { co_return value; }
[[gnu::noinline]] started add(task<int> work) { total += co_await work; }
[[gnu::noinline]] task<long> chain(int count) {
    long sum = 0;
    for (int i = 0; i < count; ++i) sum += co_await identity(i);
    co_return sum;
}
[[gnu::noinline]] started start_chain(int count) { total = co_await chain(count); }
[[gnu::noinline]] started yields(int count) {
    for (int i = 0; i < count; ++i) co_await yielding{};
}
[[gnu::noinline]] started sleeps(loop::clock::duration length) {
    co_await sleeping{loop::clock::now() + length};
}

}  // namespace

void task_work::held(int count) {
    for (int i = 0; i < count; ++i) add(identity(i));
    the_loop.run();
    expect(total == sum_below(count));
}

void task_work::batches(int count) {
    for (int batch = 0; batch < count; ++batch) {
        for (int i = 0; i < batch_size; ++i) add(identity(i));
        the_loop.run();
    }
    expect(total == count * sum_below(batch_size));
}

void task_work::chain(int count) {
    start_chain(count);
    the_loop.run();
    expect(total == sum_below(count));
}

void task_work::yield(int tasks, int times) {
    for (int i = 0; i < tasks; ++i) yields(times);
    the_loop.run();
}

void task_work::sleep(int tasks, std::chrono::milliseconds length) {
    for (int i = 0; i < tasks; ++i) sleeps(length);
    the_loop.run();
}

int main(int count, char** arguments) { return task_work::main(count, arguments); }
