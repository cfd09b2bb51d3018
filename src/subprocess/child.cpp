// SPDX-License-Identifier: MIT
#include <troika/subprocess/child.hpp>

#include <troika/base/check.hpp>
#include <troika/core/cancel_scope.hpp>
#include <troika/io/offload.hpp>
#include <troika/tasks/gather.hpp>
#include <troika/tasks/move_on_after.hpp>
#include <troika/tasks/resume_on.hpp>

#include "subprocess/child_core.hpp"
#include "subprocess/launch.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <exception>
#include <optional>
#include <span>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace troika::subprocess {

namespace {

constexpr std::size_t first_read_size = 4096;

// Coroutines of the core, not of the child, which may move while they wait; on its loop's thread.

task<exit_status> wait_for(child_core& core) {
    if (!core.reaped) {
        co_await resume_on(core.loop);
        while (!core.reap()) co_await core.ended();
    }
    co_return core.status;
}

task<void> feed(std::optional<pipe_writer>& pipe, std::string_view input) {
    if (!pipe || !pipe->is_open()) co_return;
    try {
        co_await pipe->write_all(input);
    } catch (const std::system_error& error) {
        // It may end, or close its standard input, before it has read all.
        if (error.code() != std::errc::broken_pipe) throw;
    }
    pipe->close();
}

task<std::string> collect(std::optional<pipe_reader>& pipe, std::string_view stream,
                          std::string_view program, std::size_t size_max) {
    std::string text;
    if (!pipe || !pipe->is_open()) co_return text;
    std::size_t used = 0;
    for (;;) {
        if (used == text.size()) text.resize(std::max(first_read_size, 2 * used));
        const std::span<std::byte> room = std::as_writable_bytes(std::span(text)).subspan(used);
        const std::size_t got = co_await pipe->read_some(room);
        if (got == 0) break;
        used += got;
        if (used > size_max)
            throw output_overrun(std::string(stream) + " of " + std::string(program), size_max);
    }
    text.resize(used);
    pipe->close();
    co_return text;
}

task<communication> communicate_with(child_core& core, std::string_view input,
                                     std::size_t output_max) {
    co_await resume_on(core.loop);
    std::string output;
    std::string error;
    if (!core.input && !core.error) {
        output = co_await collect(core.output, "standard output", core.program, output_max);
    } else {
        auto texts =
            co_await gather(feed(core.input, input),
                            collect(core.output, "standard output", core.program, output_max),
                            collect(core.error, "standard error", core.program, output_max));
        output = std::move(std::get<1>(texts));
        error = std::move(std::get<2>(texts));
    }
    co_return communication{std::move(output), std::move(error)};
}

task<void> discard(std::optional<pipe_reader>& pipe) {
    std::array<std::byte, first_read_size> lost;
    if (!pipe || !pipe->is_open()) co_return;
    for (;;) {
        const std::size_t got = co_await pipe->read_some(lost);
        if (got == 0) co_return;
    }
}

// What the process was just starting when it got its signal may not have got it: once more.
task<void> end_group(child_core& core) {
    co_await core.ended();
    core.send(SIGTERM, signal_target::group);
}

task<void> wait_until_gone(child_core& core) {
    co_await gather(end_group(core), discard(core.output), discard(core.error));
}

task<exit_status> stop_child(child_core& core, duration grace) {
    std::exception_ptr interruption;
    if (!core.reaped) {
        co_await resume_on(core.loop);
        try {
            core.send(SIGTERM, signal_target::group);
            co_await move_on_after(grace, wait_until_gone(core));
        } catch (...) {
            interruption = std::current_exception();
        }
        // Before it is reaped: until then the number of the group cannot be another's.
        core.send(SIGKILL, signal_target::group);
        const cancel_scope until_it_ends({.shielded = true});
        co_await core.ended();
        core.reap();
    }
    if (interruption) std::rethrow_exception(interruption);
    co_return core.status;
}

template <class Pipe>
Pipe& require_pipe(std::optional<Pipe>& pipe, const char* stream) {
    if (!pipe)
        throw std::logic_error(std::string("the ") + stream +
                               " of this child is no pipe: start it with ." +
                               (stream[9] == 'i'   ? "standard_input"
                                : stream[9] == 'o' ? "standard_output"
                                                   : "standard_error") +
                               " = stdio::pipe");
    return *pipe;
}

}  // namespace

child::child(child_core_owner core) noexcept : core_(std::move(core)) {}

child_core& child::core() const noexcept {
    check(core_ != nullptr, "a child that was moved away is used");
    return *core_;
}

int child::pid() const noexcept { return core().process.number; }

pipe_writer& child::input() { return require_pipe(core().input, "standard input"); }
pipe_reader& child::output() { return require_pipe(core().output, "standard output"); }
pipe_reader& child::error() { return require_pipe(core().error, "standard error"); }

[[clang::coro_wrapper]] task<exit_status> child::wait() { return wait_for(core()); }

[[clang::coro_wrapper]] task<communication> child::communicate(bytes_view input,
                                                               std::size_t output_max) {
    return communicate_with(core(), input.text(), output_max);
}

bool child::send_signal(int signal, signal_target to) noexcept { return core().send(signal, to); }
bool child::terminate(signal_target to) noexcept { return core().send(SIGTERM, to); }
bool child::kill(signal_target to) noexcept { return core().send(SIGKILL, to); }

[[clang::coro_wrapper]] task<exit_status> child::stop(duration grace) {
    return stop_child(core(), grace);
}

bool child::is_alive() { return !core().reap(); }

task<child> start(command what, start_options options) {
    co_await io::on_loop();
    launch plan(event_loop::current(), what, options);
    const auto perform = [&plan] { plan.perform(); };
    co_await io::offload("start a program", perform);
    co_return child(plan.take_child());
}

}  // namespace troika::subprocess
