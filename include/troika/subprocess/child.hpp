// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/clock.hpp>
#include <troika/core/task.hpp>
#include <troika/subprocess/bytes_view.hpp>
#include <troika/subprocess/command.hpp>
#include <troika/subprocess/errors.hpp>
#include <troika/subprocess/exit_status.hpp>
#include <troika/subprocess/pipe_reader.hpp>
#include <troika/subprocess/pipe_writer.hpp>
#include <troika/subprocess/start_options.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace troika::subprocess {

class child_core;

/// What a child keeps to itself; private.
struct child_core_delete {
    void operator()(child_core* core) const noexcept;
};
using child_core_owner = std::unique_ptr<child_core, child_core_delete>;

/// Who gets a signal.
enum class signal_target : std::uint8_t {
    process,
    group,   ///< all in the child's process group; the process alone where that is ours
};

/// What child::communicate() has read; empty for what is no pipe.
struct communication {
    std::string output;
    std::string error;
};

/// Bytes of each stream that run() and communicate() keep, unless they are told otherwise.
inline constexpr std::size_t output_max_default = std::size_t{64} << 20;
/// From SIGTERM to SIGKILL, unless it is told otherwise.
inline constexpr duration grace_default = std::chrono::seconds(5);

/// A program that start() has started.
///
/// Movable, also while tasks wait. Lifetime: within that of its loop. Thread: its tasks are awaited
/// by tasks of any loop or pool; otherwise one thread at a time.
class child {
public:
    explicit child(child_core_owner core) noexcept;
    child(child&&) noexcept = default;
    /// What it had is treated as by the destructor.
    child& operator=(child&&) noexcept = default;
    /// A child that was not waited for is killed, with its group, and its loop reaps it; run() of
    /// the loop does not return before. Requires: no task waits for it, or uses its pipes.
    ~child() = default;

    /// The number of the process. It is another's one day, once wait() has ended.
    [[nodiscard]] int pid() const noexcept;

    /// Our ends of its pipes, for what was started as stdio::pipe. They may be moved away.
    /// Throws: std::logic_error where it is no pipe.
    [[nodiscard]] pipe_writer& input();
    [[nodiscard]] pipe_reader& output();
    [[nodiscard]] pipe_reader& error();

    /// Waits until the process has ended, even if others, that it has started, still hold its
    /// pipes. Several tasks may wait; and again, when it has ended.
    /// A child that writes into a pipe that nobody reads never ends: see communicate().
    /// Throws: std::system_error when how it ended is lost. Cancel: the child goes on.
    task<exit_status> wait();

    /// Writes `input` to its standard input and closes that, and meanwhile reads its standard
    /// output and error to their ends. A child that does not read all of `input` is no error.
    /// The ends come when all who hold the pipes have closed them.
    /// Throws: output_overrun when one of them has more than `output_max` bytes;
    /// std::system_error. Cancel: the child goes on; what was read is lost.
    /// Lifetime: `input`, until the await ends.
    task<communication> communicate(bytes_view input = {},
                                    std::size_t output_max = output_max_default);

    /// Returns: false when there is none to send it to: it has ended, and was waited for.
    bool send_signal(int signal, signal_target to = signal_target::process) noexcept;
    /// Asks it to end: SIGTERM. Returns: as send_signal().
    bool terminate(signal_target to = signal_target::group) noexcept;
    /// Ends it: SIGKILL. Returns: as send_signal().
    bool kill(signal_target to = signal_target::group) noexcept;

    /// Ends it: SIGTERM to the group, again when the process has ended, for what it was starting;
    /// when all have closed its pipes, or `grace` has passed, SIGKILL to what is left of the group.
    /// Its output is read meanwhile, and lost.
    /// Requires: no other task uses its pipes.
    /// Returns: how it ended. Throws: as wait(). Cancel: refused on entry; later, SIGKILL at once.
    task<exit_status> stop(duration grace = grace_default);

    /// Whether it has not ended yet. Throws: as wait().
    [[nodiscard]] bool is_alive();

private:
    [[nodiscard]] child_core& core() const noexcept;

    child_core_owner core_;
};

/// Starts a program.
///
/// It has what `options` say, default dispositions of signals, none of them blocked, and no other
/// descriptors of ours. A helper thread starts it, in a time that does not depend on our size.
/// Returns: when the program runs. Throws: std::system_error naming program and directory, where it
/// cannot be started; std::invalid_argument for options that cannot be.
/// Cancel: nothing is left. Thread: a task's, of a loop or of a pool.
task<child> start(command what, start_options options = {});

}  // namespace troika::subprocess
