// SPDX-License-Identifier: MIT
// Coroutines as one writes them by hand: the least promise that yields a number, resume() and
// done(). Nested ones yield each item on at each level.
#include "peers/generator_work.hpp"

#include <coroutine>
#include <cstddef>
#include <cstdlib>
#include <exception>
#include <new>
#include <utility>

namespace {

/// Frames from one free list, aligned as troika's are. Whether what a step reads and what it writes
/// lie in the same 32 bytes changes its time by a third, however the promise is written; without
/// the alignment it would be luck.
class recycled {
public:
    static void* operator new(std::size_t bytes) {
        if (bytes > frame_bytes) std::abort();
        if (freed == nullptr) return ::operator new(frame_bytes, std::align_val_t(frame_bytes));
        return std::exchange(freed, *static_cast<void**>(freed));
    }
    static void operator delete(void* frame) {
        *static_cast<void**>(frame) = freed;
        freed = frame;
    }

private:
    static constexpr std::size_t frame_bytes = 128;
    static inline void* freed = nullptr;
};

struct numbers_by_hand {
    struct promise_type : recycled {
        long value = 0;
        numbers_by_hand get_return_object() {
            return numbers_by_hand(std::coroutine_handle<promise_type>::from_promise(*this));
        }
        std::suspend_always initial_suspend() noexcept { return {}; }
        std::suspend_always final_suspend() noexcept { return {}; }
        std::suspend_always yield_value(long item) {
            value = item;
            return {};
        }
        void return_void() {}
        void unhandled_exception() { throw; }
    };
    explicit numbers_by_hand(std::coroutine_handle<promise_type> made) : frame(made) {}
    numbers_by_hand(const numbers_by_hand&) = delete;
    numbers_by_hand& operator=(const numbers_by_hand&) = delete;
    ~numbers_by_hand() { frame.destroy(); }

    bool next() {
        frame.resume();
        return !frame.done();
    }
    [[nodiscard]] long value() const { return frame.promise().value; }

    std::coroutine_handle<promise_type> frame;
};

numbers_by_hand below(long count) {
    for (long i = 0; i < count; ++i) co_yield i;
}
[[gnu::noinline]] numbers_by_hand below_elsewhere(long count) { return below(count); }

numbers_by_hand in_order(const generator_work::node* at) {
    if (at->left) {
        auto left = in_order(at->left.get());
        while (left.next()) co_yield left.value();
    }
    co_yield at->value;
    if (at->right) {
        auto right = in_order(at->right.get());
        while (right.next()) co_yield right.value();
    }
}

struct adder_by_hand {
    struct promise_type : recycled {
        long sent = 0;
        long answer = 0;
        struct exchange {
            promise_type& of;
            bool await_ready() noexcept { return false; }
            void await_suspend(std::coroutine_handle<>) noexcept {}
            long await_resume() noexcept { return of.sent; }
        };
        adder_by_hand get_return_object() {
            return adder_by_hand(std::coroutine_handle<promise_type>::from_promise(*this));
        }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_always final_suspend() noexcept { return {}; }
        exchange yield_value(long item) {
            answer = item;
            return {*this};
        }
        void return_void() {}
        void unhandled_exception() { throw; }
    };
    explicit adder_by_hand(std::coroutine_handle<promise_type> made) : frame(made) {}
    adder_by_hand(const adder_by_hand&) = delete;
    adder_by_hand& operator=(const adder_by_hand&) = delete;
    ~adder_by_hand() { frame.destroy(); }

    long send(long value) {
        frame.promise().sent = value;
        frame.resume();
        return frame.promise().answer;
    }

    std::coroutine_handle<promise_type> frame;
};

adder_by_hand adds() {
    long sum = 0;
    for (;;) sum += co_yield sum;
}
[[gnu::noinline]] adder_by_hand adds_elsewhere() { return adds(); }

}  // namespace

namespace generator_work {

void numbers(long count) {
    long sum = 0;
    auto all = below_elsewhere(count);
    while (all.next()) sum += all.value();
    expect(sum == sum_below(count));
}

void short_ones(long count) {
    long sum = 0;
    for (long i = 0; i < count; ++i) {
        auto all = below_elsewhere(3);
        while (all.next()) sum += all.value();
    }
    expect(sum == 3 * count);
}

void tree(long count) {
    long next = 0;
    const auto root = make_tree(tree_depth, next);
    measure(static_cast<double>(count * tree_nodes), [&] {
        for (long i = 0; i < count; ++i) {
            long sum = 0;
            auto all = in_order(root.get());
            while (all.next()) sum += all.value();
            expect(sum == sum_below(tree_nodes));
        }
    });
}

void sends(long count) {
    auto adder = adds_elsewhere();
    long last = 0;
    for (long i = 0; i < count; ++i) last = adder.send(i);
    expect(last == sum_below(count));
}

}  // namespace generator_work

int main(int count, char** arguments) {
    return generator_work::main(count - 1, arguments + 1);
}
