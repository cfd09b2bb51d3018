// SPDX-License-Identifier: MIT
#include <troika/to_thread/to_thread.hpp>

#include "to_thread/blocking_threads.hpp"

namespace troika::impl {

void submit_blocking(pool_job& call) {
    try {
        event_loop::current().service<blocking_threads>().submit(call);
    } catch (...) {
        call.refuse(std::current_exception());
    }
}

task<void> wait_for_end(future_core& call) {
    bool stopped = false;
    try {
        co_await until_done(call);
    } catch (const cancelled&) {
        stopped = true;
    }
    // One that has begun uses what is the caller's.
    if (!stopped || cancel_future(call)) co_return;
    const cancel_scope protect({.shielded = true});
    co_await until_done(call);
}

}  // namespace troika::impl
