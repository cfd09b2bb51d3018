// SPDX-License-Identifier: MIT
#include <troika/loop/run.hpp>

#include "os/first_signal.hpp"

#include <csignal>
#include <memory>
#include <optional>
#include <stdexcept>

namespace troika::impl {

namespace {
std::unique_ptr<poller> open_door(poller_kind wanted) {
    if (current_thread.home != nullptr)
        throw std::logic_error(
            "an event loop runs on this thread already: await the task instead of calling run()");
    return make_poller(wanted);
}
}  // namespace

runner::runner(const run_options& options)
    : loop_(open_door(options.backend)), handle_interrupt_(options.handle_interrupt) {}

void runner::run_until_done(task_node& main) {
    main_ = &main;
    std::optional<os::first_signal> ctrl_c;
    if (handle_interrupt_) ctrl_c.emplace(SIGINT, &tell, this);
    loop_.run_until_done(main);
    ctrl_c.reset();
    // A signal that came too late may still have its call in the inbox.
    main_ = nullptr;
}

void runner::tell(void* self) noexcept {
    auto& me = *static_cast<runner*>(self);
    me.loop_.post(static_cast<posted&>(me));
    me.loop_.door().wake();   // post() does not, on the loop's own thread, where handlers run too
}

void runner::run() noexcept {
    if (main_ == nullptr) return;
    interrupted_ = true;
    main_->cancel();
}

}  // namespace troika::impl
