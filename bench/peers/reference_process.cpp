// SPDX-License-Identifier: MIT
// The least that a call to another process needs: a child that was forked, and memory that both
// have.
//
//     spin N      a word there and a word back, both sides spin
//     sleep N     the same by futexes, with a rest before each
//     copy MIB    so much is copied into the memory, a piece at a time, and out of it at the same
//                 time, into memory that is new for each
#include "peers/process_work.hpp"

#include <atomic>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>

namespace {

class word {
public:
    void set(std::uint64_t value, bool sleeps) {
        value_.store(value, std::memory_order_release);
        if (sleeps) ::syscall(SYS_futex, &low(), FUTEX_WAKE, 1, nullptr, nullptr, 0);
    }
    /// Returns: once it is at least `value`.
    void wait(std::uint64_t value, bool sleeps) {
        for (;;) {
            const std::uint64_t now = value_.load(std::memory_order_acquire);
            if (now >= value) return;
            if (sleeps)
                ::syscall(SYS_futex, &low(), FUTEX_WAIT, static_cast<std::uint32_t>(now), nullptr,
                          nullptr, 0);
            else
                measuring::relax();
        }
    }

private:
    std::uint32_t& low() { return reinterpret_cast<std::uint32_t&>(value_); }
    alignas(64) std::atomic<std::uint64_t> value_{0};
};

constexpr std::size_t piece = 1 << 18;
constexpr std::size_t pieces = 4;

struct shared {
    word there;
    word back;
    alignas(4096) std::byte bytes[pieces][piece];
};

shared& make_shared() {
    void* const at = ::mmap(nullptr, sizeof(shared), PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    measuring::expect(at != MAP_FAILED);
    return *new (at) shared;
}

template <class Child>
void start_child(Child&& child) {
    const pid_t made = ::fork();
    measuring::expect(made >= 0);
    if (made != 0) return;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    child();
    ::_exit(0);
}

int trips(int count, bool sleeps) {
    shared& both = make_shared();
    start_child([&] {
        for (std::uint64_t i = 1;; ++i) {
            both.there.wait(i, sleeps);
            both.back.set(i, sleeps);
        }
    });
    std::uint64_t number = 0;
    const auto trip = [&](int) {
        ++number;
        both.there.set(number, sleeps);
        both.back.wait(number, sleeps);
    };
    trip(0);
    std::printf("us=%.4f\n", sleeps ? process_work::rested_us(count, trip)
                                    : process_work::average_us(count, trip));
    return 0;
}

int copy(int mebibytes) {
    shared& both = make_shared();
    const std::size_t size = static_cast<std::size_t>(mebibytes) << 20;
    const std::size_t steps = size / piece;
    start_child([&] {
        for (std::uint64_t number = 0;;) {
            // As a vector that grows to its size, which is known, without being zeroed first.
            auto* const into = static_cast<std::byte*>(std::malloc(size));
            for (std::size_t i = 0; i < steps; ++i) {
                both.there.wait(++number, false);
                std::memcpy(into + i * piece, both.bytes[number % pieces], piece);
                both.back.set(number, false);
            }
            asm volatile("" : : "r"(into) : "memory");   // or the copy would be for nobody
            std::free(into);
        }
    });
    std::uint64_t number = 0;
    const double ms = process_work::carried_ms(mebibytes, [&](std::vector<double>& what) {
        const auto* const from = reinterpret_cast<const std::byte*>(what.data());
        for (std::size_t i = 0; i < steps; ++i) {
            ++number;
            if (number > pieces) both.back.wait(number - pieces, false);
            std::memcpy(both.bytes[number % pieces], from + i * piece, piece);
            both.there.set(number, false);
        }
        both.back.wait(number, false);
    });
    std::printf("ms=%.3f\n", ms);
    return 0;
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 3) return 2;
    const std::string_view what = arguments[1];
    const int n = std::atoi(arguments[2]);
    if (what == "spin") return trips(n, false);
    if (what == "sleep") return trips(n, true);
    if (what == "copy") return copy(n);
    return 2;
}
