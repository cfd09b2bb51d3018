// SPDX-License-Identifier: MIT
#include "os/thread.hpp"

#include "os/cpu.hpp"
#include "os/signal.hpp"

#include <cerrno>
#include <memory>
#include <new>

#include <pthread.h>

namespace troika::os {

namespace {

struct start {
    const char* name;
    void (*main)(void*) noexcept;
    void* argument;
};

void* begin(void* raw) noexcept {
    const start what = *std::unique_ptr<start>(static_cast<start*>(raw));
    name_thread(what.name);
    what.main(what.argument);
    return nullptr;
}

}  // namespace

int start_abandonable_thread(const char* name, void (*main)(void* argument) noexcept,
                             void* argument) noexcept {
    std::unique_ptr<start> what(new (std::nothrow) start{name, main, argument});
    if (what == nullptr) return -ENOMEM;
    pthread_attr_t attributes;
    if (const int error = ::pthread_attr_init(&attributes)) return -error;
    ::pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    int error = 0;
    {
        const signal_block block(signal_set::all());   // inherited by the thread
        pthread_t made;
        error = ::pthread_create(&made, &attributes, &begin, what.get());
    }
    ::pthread_attr_destroy(&attributes);
    if (error != 0) return -error;
    static_cast<void>(what.release());
    return 0;
}

}  // namespace troika::os
