// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/promise_base.hpp>
#include <troika/core/suspension.hpp>
#include <troika/loop/poller.hpp>

#include <concepts>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace troika {

class event_loop;

/// Numbers of signals, as <csignal> names them; 0 stands for none.
struct signal_list {
    static constexpr std::size_t count_max = 16;
    int numbers[count_max] = {};
};

namespace impl {
class signal_source;
struct signal_source_delete {
    void operator()(signal_source* source) const noexcept;
};
using signal_source_owner = std::unique_ptr<signal_source, signal_source_delete>;
}  // namespace impl

/// What awaiting signals gives: an awaiter.
class [[nodiscard("a wait does nothing until it is awaited")]] signal_operation final
    : public suspension,
      public io_operation {
public:
    /// `last`: the source goes back when a signal has come.
    signal_operation(impl::signal_source_owner& source, bool last) noexcept;
    signal_operation(signal_operation&& other) noexcept;

    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <std::derived_from<impl::promise_base> P>
    void await_suspend(std::coroutine_handle<P> frame) noexcept {
        start(frame.promise().node(), frame);
    }
    int await_resume();
    [[nodiscard]] std::string label() const override;

private:
    void start(task_node& node, std::coroutine_handle<> frame) noexcept;
    void complete(std::int32_t result) noexcept override;
    abort_answer abort() noexcept override;

    impl::signal_source_owner* source_;
    bool last_;
    bool abort_asked_ = false;
    std::int32_t result_ = 0;
};

/// Signals of the operating system as something to await: `co_await signals({SIGINT, SIGTERM})`
/// gives the number of the first that comes.
///
/// From the constructor on they are blocked in the loop's thread, so that none is lost and none has
/// its default action; the mask is as it was before once an rvalue's await is over, or the object
/// is gone. To take several signals in turn, await an lvalue: `int n = co_await stop;`. Where
/// several wait for one signal, one of them gets it. Other threads of the program should block the
/// signals too; those of troika do.
/// Thread: that of the loop in whose task it was made.
class signals {
public:
    /// Throws: std::invalid_argument for numbers that cannot be waited for (SIGKILL, SIGSEGV, ...);
    /// std::system_error.
    explicit signals(const signal_list& which);
    signals(signals&&) noexcept = default;
    signals& operator=(signals&&) noexcept = default;
    ~signals() = default;

    /// Waits for the next. Returns: its number. Cancel: at once; no signal is lost.
    signal_operation operator co_await() & noexcept { return {source_, false}; }
    signal_operation operator co_await() && noexcept { return {source_, true}; }

private:
    impl::signal_source_owner source_;
};

}  // namespace troika
