// SPDX-License-Identifier: MIT
#include <troika/proc/process.hpp>

#include <troika/base/check.hpp>

#include "os/process.hpp"
#include "proc/process_keeper.hpp"
#include "proc/worker_start.hpp"

#include <csignal>
#include <utility>

namespace troika {

process::process(const wire_writer& message) {
    impl::require_process_entry();
    auto made = std::make_shared<impl::process_state>();
    made->call.create(message);
    made->exit_code = made->ended.get_future();
    future<void> started = made->started.get_future();
    impl::process_keeper::instance().start(made);
    // A few milliseconds, and no loop's work: so a loop's thread may wait here as well.
    impl::future_access::core(started).block_until(never);
    std::move(started).get();
    state_ = std::move(made);
}

process& process::operator=(process&& other) noexcept {
    if (this != &other) {
        end();
        state_ = std::move(other.state_);
    }
    return *this;
}

process::~process() { end(); }

void process::end() noexcept {
    if (!state_) return;
    request_stop();
    impl::future_access::core(state_->exit_code).block_until(never);
    state_ = nullptr;
}

impl::process_state& process::state() const {
    check(state_ != nullptr, "a process object without a process was used");
    return *state_;
}

int process::join() const { return state().exit_code.get(); }

future<int> process::wait() const { return state().exit_code; }

bool process::is_alive() const { return !state().exit_code.done(); }

std::optional<int> process::exit_code() const {
    if (is_alive()) return std::nullopt;
    return state().exit_code.get();
}

int process::pid() const { return state().pid; }

void process::request_stop() const noexcept { state().call.request_stop(); }

void process::terminate() const noexcept { send_signal(SIGTERM); }

void process::kill() const noexcept { send_signal(SIGKILL); }

void process::send_signal(int number) const noexcept {
    impl::process_state& of = state();
    const std::scoped_lock here(of.handle_mutex);
    if (of.handle) os::signal_process(of.handle.get(), number);
}

}  // namespace troika
