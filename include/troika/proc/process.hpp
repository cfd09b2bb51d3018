// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/future.hpp>
#include <troika/proc/process_entry.hpp>
#include <troika/proc/remote_function.hpp>
#include <troika/proc/wire_writer.hpp>

#include <concepts>
#include <memory>
#include <optional>
#include <stop_token>
#include <type_traits>
#include <utility>

namespace troika {

namespace impl {

class process_state;

/// What a process of its own does: reads the arguments and calls. Returns: its exit code.
using process_main = int (*)(wire_reader& arguments, std::stop_token (*stop)());

template <auto function>
int enter_process(wire_reader& from, std::stop_token (*stop)()) {
    using type = function_type<decltype(function)>;
    static_assert(std::is_void_v<typename type::returned> ||
                      std::same_as<typename type::returned, int>,
                  "what a process returns is its exit code: let the function return int or void, "
                  "or call it by a process_pool");
    static_assert(crossable_function<function>());
    auto given = read_arguments<function>(from);
    from.finish();
    std::stop_token token;
    if constexpr (type::takes_stop_token) token = stop();
    if constexpr (std::is_void_v<typename type::returned>) {
        call_with<function>(std::move(given), std::move(token));
        return 0;
    } else {
        return call_with<function>(std::move(given), std::move(token));
    }
}

}  // namespace impl

/// A function of this program in a process of its own: started, watched, ended.
///
/// The process is a copy of this program that is started anew; main() begins with
/// troika::process_entry(). It has our standard streams, but nothing to read, ignores SIGINT, and
/// is killed when this program ends before it, however that ends.
/// Owns it as std::jthread owns a thread: the destructor asks it to stop and waits for its end.
/// Thread: any, of one object one at a time.
class process {
public:
    /// None.
    process() noexcept = default;
    /// Has a new process call `function(arguments...)`, which are copied into it.
    ///
    /// Its exit code is what the function returns (an int; 0 for void), 1 when it throws, after the
    /// error was written to standard error. A std::stop_token as the first parameter is given by
    /// the process; request_stop() here asks it there, as it does troika::this_call.
    /// Returns: once the process runs. Throws: std::system_error; wire_error; std::logic_error when
    /// main() does not call process_entry().
    template <auto function, class... Arguments>
    static process start(Arguments&&... arguments) {
        wire_writer message;
        message.put(impl::identity_of<&impl::enter_process<function>>());
        impl::write_arguments<function>(message, std::forward<Arguments>(arguments)...);
        return process(message);
    }
    process(process&&) noexcept = default;
    /// As the destructor for the one it had.
    process& operator=(process&& other) noexcept;
    ~process();

    /// Blocks this thread until it has ended. Returns: its exit_code().
    /// Thread: none that runs an event loop, where wait() is to be awaited.
    int join() const;
    /// The future of its exit_code(), for tasks, with time limits, or with others.
    [[nodiscard]] future<int> wait() const;

    [[nodiscard]] bool is_alive() const;
    /// What it returned, or gave to exit(); -N when signal N ended it; nothing while it runs.
    [[nodiscard]] std::optional<int> exit_code() const;
    /// Its number. It may belong to another process once this one has ended.
    [[nodiscard]] int pid() const;

    /// Asks its stop token, which the function has to heed.
    void request_stop() const noexcept;
    /// Sends SIGTERM, SIGKILL, or another signal; nothing happens when it has ended.
    void terminate() const noexcept;
    void kill() const noexcept;
    void send_signal(int number) const noexcept;

    explicit operator bool() const noexcept { return state_ != nullptr; }

private:
    explicit process(const wire_writer& message);
    [[nodiscard]] impl::process_state& state() const;
    void end() noexcept;

    std::shared_ptr<impl::process_state> state_;
};

}  // namespace troika
