// SPDX-License-Identifier: MIT
// The least that hands work to other threads. Jobs go through a ring of slots, each with a number
// that says whose turn it is (D. Vyukov's bounded queue), to workers that never sleep: a function
// pointer, no future, no error, no end. With `cold`, the least that wakes a thread: a futex there
// and a futex back, and nothing else.
#include "pool_work.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

// Whoever spins for long gives way: the other one may want the same processor.
class spinner {
public:
    void operator()() {
        if (++count_ % spins_max == 0)
            std::this_thread::yield();
        else
            measuring::relax();
    }

private:
    static constexpr unsigned spins_max = 10'000;
    unsigned count_ = 0;
};

struct job {
    void (*call)(void*);
    void* argument;
};

class ring {
public:
    bool push(job what) {
        std::size_t at = head_.load(std::memory_order_relaxed);
        for (;;) {
            slot& here = slots_[at % capacity];
            const std::size_t turn = here.turn.load(std::memory_order_acquire);
            if (turn == at) {
                if (!head_.compare_exchange_weak(at, at + 1, std::memory_order_relaxed)) continue;
                here.what = what;
                here.turn.store(at + 1, std::memory_order_release);
                return true;
            }
            if (turn < at) return false;
            at = head_.load(std::memory_order_relaxed);
        }
    }
    bool pop(job& what) {
        std::size_t at = tail_.load(std::memory_order_relaxed);
        for (;;) {
            slot& here = slots_[at % capacity];
            const std::size_t turn = here.turn.load(std::memory_order_acquire);
            if (turn == at + 1) {
                if (!tail_.compare_exchange_weak(at, at + 1, std::memory_order_relaxed)) continue;
                what = here.what;
                here.turn.store(at + capacity, std::memory_order_release);
                return true;
            }
            if (turn < at + 1) return false;
            at = tail_.load(std::memory_order_relaxed);
        }
    }

    ring() {
        for (std::size_t i = 0; i < capacity; ++i) slots_[i].turn = i;
    }

private:
    static constexpr std::size_t capacity = 1 << 16;
    struct alignas(64) slot {
        std::atomic<std::size_t> turn;
        job what;
    };
    std::vector<slot> slots_{capacity};
    alignas(64) std::atomic<std::size_t> head_{0};
    alignas(64) std::atomic<std::size_t> tail_{0};
};

class spinning_pool {
public:
    explicit spinning_pool(int workers) {
        for (int i = 0; i < workers; ++i)
            workers_.emplace_back([this](const std::stop_token& stop) {
                spinner rest;
                for (job what{}; !stop.stop_requested();)
                    if (ring_.pop(what))
                        what.call(what.argument);
                    else
                        rest();
            });
    }

    long batch(int count) {
        std::vector<answer> answers(static_cast<std::size_t>(count));
        for (int i = 0; i < count; ++i) submit(answers[static_cast<std::size_t>(i)], i);
        long sum = 0;
        for (answer& one : answers) sum += one.get();
        return sum;
    }
    int once(int value) {
        answer one;
        submit(one, value);
        return one.get();
    }

private:
    struct answer {
        int value = 0;
        std::atomic<bool> done{false};

        int get() const {
            for (spinner rest; !done.load(std::memory_order_acquire);) rest();
            return value;
        }
    };

    void submit(answer& into, int value) {
        into.value = value;
        const auto call = [](void* argument) {
            static_cast<answer*>(argument)->done.store(true, std::memory_order_release);
        };
        for (spinner rest; !ring_.push({call, &into});) rest();
    }

    ring ring_;
    std::vector<std::jthread> workers_;
};

class word {
public:
    void set(std::uint32_t value) {
        value_.store(value, std::memory_order_release);
        ::syscall(SYS_futex, &value_, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
    }
    /// Returns: the value that is no longer `old`.
    std::uint32_t wait(std::uint32_t old) {
        for (;;) {
            const std::uint32_t now = value_.load(std::memory_order_acquire);
            if (now != old) return now;
            ::syscall(SYS_futex, &value_, FUTEX_WAIT_PRIVATE, old, nullptr, nullptr, 0);
        }
    }

private:
    std::atomic<std::uint32_t> value_{0};
};

class futex_pair {
public:
    explicit futex_pair(int) {}
    ~futex_pair() { there_.set(end); }
    futex_pair(const futex_pair&) = delete;
    futex_pair& operator=(const futex_pair&) = delete;

    int once(int value) {
        const std::uint32_t now = ++count_;
        value_ = value;
        there_.set(now);
        back_.wait(now - 1);
        return answer_;
    }

private:
    static constexpr std::uint32_t end = 0xffffffff;

    word there_;
    word back_;
    std::uint32_t count_ = 0;
    int value_ = 0;
    int answer_ = 0;
    std::jthread worker_{[this] {
        for (std::uint32_t seen = 0;;) {
            seen = there_.wait(seen);
            if (seen == end) return;
            answer_ = value_;
            back_.set(seen);
        }
    }};
};

}  // namespace

int main(int count, char** arguments) {
    return pool_work::main<spinning_pool, futex_pair>(count, arguments);
}
