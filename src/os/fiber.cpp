// SPDX-License-Identifier: MIT
#include "os/fiber.hpp"

#include "os/memory_map.hpp"

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>

#include <cxxabi.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define TROIKA_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TROIKA_ASAN 1
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define TROIKA_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define TROIKA_TSAN 1
#endif
#endif

#ifdef TROIKA_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#include <sanitizer/lsan_interface.h>
#endif
#ifdef TROIKA_TSAN
#include <sanitizer/tsan_interface.h>
#endif

namespace troika::os {
namespace {

/// The exceptions that the runtime counts for each thread: those in flight or being handled on a
/// fiber stay there. The layout is fixed by the Itanium C++ ABI.
struct exceptions {
    void* caught = nullptr;
    unsigned uncaught = 0;
};

exceptions exchange_exceptions(const exceptions& next) noexcept {
    auto* now = reinterpret_cast<char*>(abi::__cxa_get_globals());
    exceptions before;
    std::memcpy(&before.caught, now, sizeof before.caught);
    std::memcpy(&before.uncaught, now + sizeof before.caught, sizeof before.uncaught);
    std::memcpy(now, &next.caught, sizeof next.caught);
    std::memcpy(now + sizeof next.caught, &next.uncaught, sizeof next.uncaught);
    return before;
}

}  // namespace

struct fiber::state {
    ucontext_t context{};
    memory_map stack;
    exceptions in_flight;
    void (*main)(void*) noexcept = nullptr;
    void* argument = nullptr;
    fiber::state* came_from = nullptr;   // who switched here last
#ifdef TROIKA_ASAN
    const void* bottom = nullptr;
    std::size_t bytes = 0;
    void* fake_stack = nullptr;
#endif
#ifdef TROIKA_TSAN
    void* tsan = nullptr;
#endif

    void make_stack(std::size_t wanted) {
        const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
        const std::size_t size = (wanted + page - 1) / page * page + page;
        if (stack.map_private(size) < 0 || ::mprotect(stack.data(), page, PROT_NONE) < 0)
            throw std::bad_alloc();
#ifdef TROIKA_ASAN
        bottom = stack.data() + page;
        bytes = size - page;
#endif
    }

    void arrived() noexcept {
#ifdef TROIKA_ASAN
        // The first to leave the thread's own stack tells where that is.
        __sanitizer_finish_switch_fiber(fake_stack, &came_from->bottom, &came_from->bytes);
#endif
    }

    static void enter(unsigned high, unsigned low) noexcept {
        const auto address = (std::uintptr_t{high} << 32) | low;
        auto& self = *reinterpret_cast<state*>(address);
        self.arrived();
        self.main(self.argument);
        std::abort();   // the function has returned: there is nowhere to go
    }
};

fiber::fiber() : state_(std::make_unique<state>()) {
#ifdef TROIKA_TSAN
    state_->tsan = __tsan_get_current_fiber();
#endif
}

fiber::fiber(std::size_t stack_bytes) : state_(std::make_unique<state>()) {
    state_->make_stack(stack_bytes);
#ifdef TROIKA_TSAN
    state_->tsan = __tsan_create_fiber(0);
#endif
}

fiber::~fiber() {
#ifdef TROIKA_TSAN
    if (state_->stack) __tsan_destroy_fiber(state_->tsan);
#endif
}

void fiber::prepare(void (*main)(void*) noexcept, void* argument) noexcept {
    state& self = *state_;
    self.main = main;
    self.argument = argument;
    self.in_flight = {};
#ifdef TROIKA_ASAN
    __asan_unpoison_memory_region(self.bottom, self.bytes);
    self.fake_stack = nullptr;
#endif
#ifdef TROIKA_TSAN
    __tsan_destroy_fiber(self.tsan);
    self.tsan = __tsan_create_fiber(0);
#endif
    ::getcontext(&self.context);
    self.context.uc_stack.ss_sp = self.stack.data();
    self.context.uc_stack.ss_size = self.stack.size();
    self.context.uc_link = nullptr;
    // The arguments are ints by POSIX, so that a pointer takes two.
    const auto address = reinterpret_cast<std::uintptr_t>(&self);
    ::makecontext(&self.context, reinterpret_cast<void (*)()>(&state::enter), 2,
                  static_cast<unsigned>(std::uint64_t{address} >> 32),
                  static_cast<unsigned>(address));
}

void fiber::switch_to(fiber& next) noexcept {
    state& from = *state_;
    state& to = *next.state_;
    to.came_from = &from;
    from.in_flight = exchange_exceptions(to.in_flight);
#ifdef TROIKA_ASAN
    if (!from.stack && to.stack) __lsan_disable();
    if (from.stack && !to.stack) __lsan_enable();
    __sanitizer_start_switch_fiber(&from.fake_stack, to.bottom, to.bytes);
#endif
#ifdef TROIKA_TSAN
    __tsan_switch_to_fiber(to.tsan, 0);
#endif
    ::swapcontext(&from.context, &to.context);
    from.arrived();
}

}  // namespace troika::os
