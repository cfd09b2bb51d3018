// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/recycler.hpp>
#include <troika/io/operation.hpp>
#include <troika/loop/event_loop.hpp>
#include <troika/subprocess/child.hpp>

#include "os/process.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace troika::subprocess {

/// Waits until the process that a descriptor stands for has ended; it is not reaped by that.
class exit_operation final : public io::operation {
public:
    exit_operation(event_loop& loop, int handle, std::string_view program) noexcept;
    exit_operation(exit_operation&&) noexcept = default;
    void await_resume() const;
    [[nodiscard]] std::string label() const override;

private:
    std::string_view program_;
};

/// The part of a child that stays put while it moves and tasks wait: a process, or none yet.
class child_core final : public posted, public troika::impl::recycled {
public:
    child_core(event_loop& loop, std::string program, process_group group) noexcept
        : loop(loop), program(std::move(program)), group(group) {}
    child_core(const child_core&) = delete;
    child_core& operator=(const child_core&) = delete;
    /// Kills a child that was not reaped, and reaps it, sleeping until it has ended.
    ~child_core();
    /// Destroys `core`; a child that was not reaped is killed and reaped by its loop, while this
    /// thread goes on.
    static void let_go(child_core* core) noexcept;

    /// Whether there is a process that was not reaped: its numbers are still its own.
    [[nodiscard]] bool has_process() const noexcept {
        return static_cast<bool>(process.handle) && !reaped;
    }
    [[nodiscard]] exit_operation ended() const noexcept {
        return {loop, process.handle.get(), program};
    }
    /// Takes note of the end, if it has come. Returns: whether it has.
    /// Throws: std::system_error when it is lost.
    bool reap();
    /// Returns: false when there is no process any more.
    bool send(int signal, signal_target to) noexcept;

    event_loop& loop;
    const std::string program;
    const process_group group;
    os::started_process process;
    exit_status status;   // once reaped
    bool reaped = false;
    std::optional<pipe_writer> input;
    std::optional<pipe_reader> output;
    std::optional<pipe_reader> error;

private:
    void run() noexcept override;
};

}  // namespace troika::subprocess
