// SPDX-License-Identifier: MIT
#include "subprocess/child_core.hpp"

#include <troika/core/cancel_scope.hpp>
#include <troika/tasks/move_on_after.hpp>

#include "os/error.hpp"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <memory>
#include <new>

namespace troika::subprocess {

namespace {

// A killed process ends at once, unless a device or a file server that does not answer holds it in
// the kernel: then the loop's end does not wait any longer.
constexpr duration killed_wait_max = std::chrono::seconds(10);

io_request exit_request(int handle) noexcept {
    io_request request;
    request.op = io_op::wait_readable;
    request.descriptor = handle;
    return request;
}

task<void> wait_for_exit(const child_core& core) { co_await core.ended(); }

task<void> reap_killed(std::unique_ptr<child_core> killed) {
    const cancel_scope until_it_ends({.shielded = true});
    try {
        const bool ended = co_await move_on_after(killed_wait_max, wait_for_exit(*killed));
        if (!ended || killed->reap()) killed->reaped = true;
    } catch (const std::exception&) {
        // Short of memory or descriptors: the destructor waits without the loop's help. Or how the
        // child ended is lost, and nobody asks.
    }
}

}  // namespace

exit_operation::exit_operation(event_loop& loop, int handle, std::string_view program) noexcept
    : operation(loop, exit_request(handle)), program_(program) {}

void exit_operation::await_resume() const {
    os::or_throw(result_unless_cancelled(), "wait for", program_);
}

std::string exit_operation::label() const { return "wait for " + std::string(program_); }

void child_core_delete::operator()(child_core* core) const noexcept { child_core::let_go(core); }

void child_core::let_go(child_core* core) noexcept {
    std::unique_ptr<child_core> last(core);
    core->input.reset();
    core->output.reset();
    core->error.reset();
    if (!core->has_process()) return;
    core->send(SIGKILL, signal_target::group);
    last.release();
    if (core->loop.is_current())
        core->run();
    else
        core->loop.post(*core);
}

// On the loop's thread; or in its destructor, when nobody is kept waiting any more.
void child_core::run() noexcept {
    std::unique_ptr<child_core> last(this);
    if (!loop.is_current()) return;
    try {
        loop.roots().start_forgotten(reap_killed(std::move(last)), {.name = "reap a killed child"});
    } catch (const std::bad_alloc&) {
        // It was reaped by its destructor.
    }
}

child_core::~child_core() {
    if (!has_process()) return;
    send(SIGKILL, signal_target::group);
    os::process_end end;
    os::wait_and_reap(process.handle.get(), end);
}

bool child_core::reap() {
    if (reaped) return true;
    os::process_end end;
    const int result = os::reap(process.handle.get(), end);
    if (result == -EAGAIN) return false;
    reaped = true;
    if (result < 0)
        os::throw_error(-result, "wait for",
                        program +
                            " (how it ended is lost: SIGCHLD is ignored in this program, or "
                            "something else in it waits for all children)");
    status = end.signal != 0 ? exit_status::killed(end.signal) : exit_status::exited(end.code);
    return true;
}

bool child_core::send(int signal, signal_target to) noexcept {
    if (!has_process()) return false;
    if (to == signal_target::group && group != process_group::ours)
        return os::signal_group(process.number, signal) == 0;
    return os::signal_process(process.handle.get(), signal) == 0;
}

}  // namespace troika::subprocess
