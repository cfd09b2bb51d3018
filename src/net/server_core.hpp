// SPDX-License-Identifier: MIT
#pragma once

#include <troika/core/task_owner.hpp>
#include <troika/net/server.hpp>

#include "net/socket.hpp"

#include <chrono>
#include <concepts>
#include <coroutine>
#include <optional>
#include <string>
#include <utility>

namespace troika::net {

class vacancy_wait;

/// A server's state, and its work: one task that accepts, and one for each connection.
class server_core {
public:
    /// How long accepting pauses when the system has no descriptor or memory left.
    static constexpr duration accept_pause = std::chrono::milliseconds(100);

    server_core(event_loop& loop, socket listener, address local, connection_handler handler,
                const server_options& options)
        : loop(loop), listener(std::move(listener)), local(local), handler(std::move(handler)),
          options(options) {}

    /// The server's task: accepts until it is stopped, then waits for the connections.
    static task<void> serve(std::unique_ptr<server_core> core);

    void stop_accepting() noexcept;
    void report(const std::exception_ptr& error) const noexcept;

    // set at construction
    event_loop& loop;
    socket listener;
    const address local;
    connection_handler handler;
    const server_options options;

    // loop thread only
    std::size_t connections = 0;
    bool stopping = false;
    cancel_scope* accepting = nullptr;     // while it accepts
    cancel_scope* waiting = nullptr;       // of who waits for a reason to stop
    vacancy_wait* full = nullptr;          // the acceptor, while there is no free place

private:
    class connection_tasks;
    class place;

    static task<void> converse(server_core& core, place taken, stream peer);
    task<void> accept_all(connection_tasks& tasks);
    task<std::optional<stream>> accept_securely(stream plain);
    void start_connection(connection_tasks& tasks, int descriptor);
};

/// Parks the acceptor while all places are taken.
class vacancy_wait final : public suspension {
public:
    explicit vacancy_wait(server_core& core) noexcept : core_(&core) {}
    vacancy_wait(vacancy_wait&&) noexcept = default;

    [[nodiscard]] bool await_ready() const noexcept {
        return core_->connections < core_->options.connections_max;
    }
    template <std::derived_from<troika::impl::promise_base> P>
    void await_suspend(std::coroutine_handle<P> frame) noexcept {
        park(frame.promise().node(), frame);
        core_->full = this;
    }
    void await_resume() const {
        if (aborted()) throw cancelled{};
    }
    [[nodiscard]] std::string label() const override;

    /// A place has become free. Requires: parked.
    void end() noexcept {
        core_->full = nullptr;
        wake();
    }

private:
    abort_answer abort() noexcept override {
        core_->full = nullptr;
        return abort_answer::woken;
    }
    server_core* core_;
};

}  // namespace troika::net
