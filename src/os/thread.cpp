// SPDX-License-Identifier: MIT
#include "os/thread.hpp"

#include "os/error.hpp"
#include "os/signal.hpp"

#include <cerrno>
#include <cstddef>
#include <memory>
#include <new>
#include <string>

#include <unistd.h>

namespace troika::os {

namespace {

// As long as the kernel keeps it.
struct thread_name {
    explicit thread_name(std::string_view name) noexcept {
        bytes[name.copy(bytes, sizeof bytes - 1)] = '\0';
    }
    void give() const noexcept { ::pthread_setname_np(::pthread_self(), bytes); }

    char bytes[16];
};

struct beginning {
    thread_name name;   // a copy: the caller's may be gone when the thread begins
    void (*main)(void*) noexcept;
    void* argument;
};

void* begin(void* raw) noexcept {
    const beginning what = *std::unique_ptr<beginning>(static_cast<beginning*>(raw));
    what.name.give();
    what.main(what.argument);
    return nullptr;
}

int start_with(const pthread_attr_t* attributes, std::string_view name,
               void (*main)(void* argument) noexcept, void* argument, pthread_t& made) noexcept {
    std::unique_ptr<beginning> what(new (std::nothrow)
                                        beginning{thread_name(name), main, argument});
    if (what == nullptr) return -ENOMEM;
    const signal_block block(signal_set::all());   // inherited by the thread
    if (const int error = ::pthread_create(&made, attributes, &begin, what.get())) return -error;
    static_cast<void>(what.release());
    return 0;
}

}  // namespace

const std::byte* stack_low() noexcept {
    pthread_attr_t attributes;
    if (::pthread_getattr_np(::pthread_self(), &attributes) != 0) return nullptr;
    void* low = nullptr;
    std::size_t size = 0;
    ::pthread_attr_getstack(&attributes, &low, &size);
    ::pthread_attr_destroy(&attributes);
    return static_cast<const std::byte*>(low);
}

std::size_t stack_room(const std::byte* low) noexcept {
    const auto* here = static_cast<const std::byte*>(__builtin_frame_address(0));
    return low == nullptr || here < low ? 0 : static_cast<std::size_t>(here - low);
}

void name_this_thread(std::string_view name) noexcept { thread_name(name).give(); }

std::uint32_t thread_id() noexcept { return static_cast<std::uint32_t>(::gettid()); }

std::string this_thread_name() {
    thread_name given{std::string_view()};
    ::pthread_getname_np(::pthread_self(), given.bytes, sizeof given.bytes);
    return given.bytes;
}

thread& thread::operator=(thread&& other) noexcept {
    if (this == &other) return *this;
    join();
    handle_ = other.handle_;
    started_ = std::exchange(other.started_, false);
    return *this;
}

int thread::start(std::string_view name, void (*main)(void* argument) noexcept,
                  void* argument) noexcept {
    if (started_) return -EBUSY;
    const int result = start_with(nullptr, name, main, argument, handle_);
    started_ = result == 0;
    return result;
}

void thread::start_or_throw(std::string_view what, std::string_view name,
                            void (*main)(void* argument) noexcept, void* argument) {
    const int result = start(name, main, argument);
    if (result == 0) return;
    std::string operation = "start ";
    operation.append(what);
    throw_error(-result, operation,
                result == -EAGAIN ? "(use fewer threads, or raise their limit: ulimit -u, pids.max "
                                    "of the cgroup, memory)"
                                  : "");
}

void thread::join() noexcept {
    if (!std::exchange(started_, false)) return;
    ::pthread_join(handle_, nullptr);
}

int start_abandonable_thread(std::string_view name, void (*main)(void* argument) noexcept,
                             void* argument) noexcept {
    pthread_attr_t attributes;
    if (const int error = ::pthread_attr_init(&attributes)) return -error;
    ::pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_t made;
    const int result = start_with(&attributes, name, main, argument, made);
    ::pthread_attr_destroy(&attributes);
    return result;
}

}  // namespace troika::os
