// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <coroutine>
#include <cstddef>
#include <cstdlib>
#include <exception>
#include <utility>

/// The least that is a lazy coroutine with a result: symmetric transfer, frames from free lists by
/// size. For one thread.
namespace bare {

class frame_recycler {
public:
    static void* take(std::size_t size) {
        const std::size_t index = (size + grain - 1) / grain;
        if (index >= classes) return std::malloc(size);
        if (block* found = free_[index]) {
            free_[index] = found->next;
            return found;
        }
        const std::size_t rounded = index * grain;
        if (left_ < rounded) {
            left_ = chunk;
            fresh_ = static_cast<char*>(std::malloc(chunk));
            if (fresh_ == nullptr) std::abort();
        }
        left_ -= rounded;
        return std::exchange(fresh_, fresh_ + rounded);
    }
    static void give(void* memory, std::size_t size) {
        const std::size_t index = (size + grain - 1) / grain;
        if (index >= classes) {
            std::free(memory);
            return;
        }
        auto* freed = static_cast<block*>(memory);
        freed->next = free_[index];
        free_[index] = freed;
    }

private:
    struct block {
        block* next;
    };
    static constexpr std::size_t grain = 16;
    static constexpr std::size_t classes = 64;
    static constexpr std::size_t chunk = 64 * 1024;
    static inline std::array<block*, classes> free_{};
    static inline char* fresh_ = nullptr;
    static inline std::size_t left_ = 0;
};

struct recycled {
    static void* operator new(std::size_t size) { return frame_recycler::take(size); }
    static void operator delete(void* memory, std::size_t size) {
        frame_recycler::give(memory, size);
    }
};

template <class T>
class task {
public:
    struct promise_type : recycled {
        T value{};
        std::coroutine_handle<> awaiter = std::noop_coroutine();

        struct final_step {
            bool await_ready() noexcept { return false; }
            std::coroutine_handle<> await_suspend(
                std::coroutine_handle<promise_type> frame) noexcept {
                return frame.promise().awaiter;
            }
            void await_resume() noexcept {}
        };
        task get_return_object() {
            return task(std::coroutine_handle<promise_type>::from_promise(*this));
        }
        std::suspend_always initial_suspend() noexcept { return {}; }
        final_step final_suspend() noexcept { return {}; }
        void return_value(T result) { value = result; }
        void unhandled_exception() { std::terminate(); }
    };

    explicit task(std::coroutine_handle<promise_type> frame) : frame_(frame) {}
    task(task&& other) noexcept : frame_(std::exchange(other.frame_, {})) {}
    ~task() {
        if (frame_) frame_.destroy();
    }
    bool await_ready() { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiter) {
        frame_.promise().awaiter = awaiter;
        return frame_;
    }
    T await_resume() { return frame_.promise().value; }

private:
    std::coroutine_handle<promise_type> frame_;
};

}  // namespace bare
