// SPDX-License-Identifier: MIT
#include <troika/core/errors.hpp>
#include <troika/core/future_awaiter.hpp>
#include <troika/core/future_wait.hpp>
#include <troika/core/task_owner.hpp>

#include <memory>
#include <stdexcept>

namespace troika::impl {

blocking_section::blocking_section() : home_(current_thread.home) {
    if (home_ != nullptr) home_->begin_blocking();
}

blocking_section::~blocking_section() {
    if (home_ != nullptr) home_->end_blocking();
}

time_point deadline_here(duration length) noexcept {
    const scheduler* home = current_thread.home;
    return deadline_after(home != nullptr ? home->now() : std::chrono::steady_clock::now(), length);
}

void block_on(future_core& core, time_point deadline) {
    if (core.done()) return;
    if (scheduler* const home = current_thread.home) {
        home->block(core, deadline);
        return;
    }
    if (core.is_job() && deadline == never) static_cast<promise_core&>(core).help_job();
    core.block_until(deadline);
}

void wait_whatever_comes(future_core& core) noexcept {
    try {
        block_on(core, never);
    } catch (...) {   // no thread takes over what this one has to do
        core.block_until(never);
    }
}

bool block_for(future_core& core, duration length) {
    if (core.done()) return true;
    const time_point deadline = deadline_here(length);
    if (scheduler* const home = current_thread.home) return home->block(core, deadline);
    return core.block_until(deadline);
}

std::string future_wait::label() const {
    if (!core_.is_task()) return "future";
    const auto& node = static_cast<const task_node&>(core_);
    return node.name() != nullptr ? std::string("task '") + node.name() + "'"
                                  : "task " + std::to_string(node.id());
}

void throw_kept_twice() { throw std::logic_error("this promise has been kept already"); }

std::exception_ptr make_broken_promise() noexcept {
    return std::make_exception_ptr(broken_promise{});
}

bool cancel_future(future_core& core) noexcept {
    if (core.done()) return false;
    if (core.is_job()) return static_cast<promise_core&>(core).cancel_job();
    if (!core.is_task()) {
        if (core.try_cancel()) return true;
        core.request_cancel();
        return false;
    }
    auto& node = static_cast<task_node&>(core);
    if (node.home().is_shared()) {
        const bool prevented = node.try_cancel();
        node.cancel();
        return prevented;
    }
    // The node's own part is its home's: other threads send the request there. They cannot know
    // whether it has started meanwhile, and answer false.
    if (node.home().is_current()) {
        const bool prevented = !node.started();
        node.cancel();
        return prevented;
    }
    class request final : public posted {
    public:
        explicit request(task_node& node) noexcept : node_(node) { node_.retain(); }
        void run() noexcept override {
            if (!node_.done()) node_.cancel();
            node_.release_untyped();
            delete this;
        }

    private:
        task_node& node_;
    };
    node.home().post(*new request(node));
    return false;
}

}  // namespace troika::impl
