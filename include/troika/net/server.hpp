// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/outcome.hpp>
#include <troika/base/std_parts.hpp>
#include <troika/core/cancel_scope.hpp>
#include <troika/core/errors.hpp>
#include <troika/core/future.hpp>
#include <troika/core/task.hpp>
#include <troika/net/address.hpp>
#include <troika/net/stream.hpp>
#include <troika/tasks/as_result.hpp>

#include <concepts>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace troika::net {

class server_core;
class server_security;

/// What a server does with each connection, in a task of its own: anything that is called with a
/// stream and gives a task. Owns the callable.
class connection_handler {
public:
    template <class F>
        requires(!std::same_as<std::remove_cvref_t<F>, connection_handler>) &&
                std::is_invocable_r_v<task<void>, std::decay_t<F>&, stream>
    connection_handler(F&& callable)
        : callable_(std::make_unique<holder<std::decay_t<F>>>(std::forward<F>(callable))) {}

    /// Calls it. Lifetime: the task refers to the callable.
    void operator()(stream peer, std::optional<task<void>>& into) {
        callable_->call(std::move(peer), into);
    }

private:
    struct holder_base {
        virtual ~holder_base() = default;
        virtual void call(stream peer, std::optional<task<void>>& into) = 0;
    };
    template <class F>
    struct holder final : holder_base {
        template <class G>
        explicit holder(G&& callable) : callable(std::forward<G>(callable)) {}
        void call(stream peer, std::optional<task<void>>& into) override {
            into.emplace(callable(std::move(peer)));
        }
        F callable;
    };
    std::unique_ptr<holder_base> callable_;
};

/// Who is told of what went wrong in a server: a function, or a callable object that outlives it.
class error_listener {
public:
    /// Nobody: a report goes to standard error, except of peers that went away or broke a limit.
    error_listener() noexcept = default;
    error_listener(void (*function)(const std::exception_ptr&)) noexcept {
        if (function == nullptr) return;
        target_.function = function;
        call_ = [](target to, const std::exception_ptr& error) { to.function(error); };
    }
    /// Lifetime: only refers to `object`.
    template <std::invocable<const std::exception_ptr&> F>
        requires std::is_class_v<F> && (!std::same_as<F, error_listener>)
    error_listener(F& object) noexcept {
        target_.object = &object;
        call_ = [](target to, const std::exception_ptr& error) {
            (*static_cast<F*>(to.object))(error);
        };
    }

    explicit operator bool() const noexcept { return call_ != nullptr; }
    void operator()(const std::exception_ptr& error) const { call_(target_, error); }

private:
    union target {
        void* object;
        void (*function)(const std::exception_ptr&);
    };
    target target_{nullptr};
    void (*call_)(target, const std::exception_ptr&) = nullptr;
};

/// Who is told that a drain begins, on the loop's thread.
struct drain_listener {
    void (*call)(void* object) noexcept = nullptr;
    void* object = nullptr;   ///< outlives the server, or is kept by its handler
};

/// How a server behaves.
struct server_options {
    /// Connections served at once; while there are so many, none is accepted.
    std::size_t connections_max = 10'000;
    /// How long a drain lets connections finish before it cancels them.
    duration drain_timeout = std::chrono::seconds(30);
    /// Connections that the kernel keeps until they are accepted.
    int backlog = 4096;
    /// Lets several servers listen on one port; the kernel spreads the connections.
    bool reuse_port = false;
    /// Makes the connections secure before their handler sees them, for instance a
    /// tls::server_context; null: as they are. A client that fails at it is told to `on_error`.
    const server_security* tls = nullptr;
    /// Told what a handler threw, and when accepting has to pause. Neither ends the server.
    error_listener on_error = {};
    /// For protocols, which can end connections that only wait to be asked again.
    drain_listener on_drain = {};
};

/// What awaiting an `A` gives.
template <class A>
using awaited_t = std::remove_cvref_t<
    decltype(std::declval<typename troika::impl::awaiter_of<A>::type&>().await_resume())>;

/// Accepts connections, and owns the tasks that serve them.
///
/// It works in the background from start_server() on, as a task of the loop: until drain(), close()
/// or the destructor, or until the loop's run() ends.
/// Thread: that of the loop. Lifetime: must not move during an await of its members.
class server {
public:
    server(server&&) noexcept = default;
    server& operator=(server&& other) noexcept;
    /// As close(); what is left ends in the background.
    ~server() { close(); }

    [[nodiscard]] address local_address() const noexcept { return local_; }
    /// 0 for a Unix socket.
    [[nodiscard]] std::uint16_t port() const noexcept { return local_.port(); }
    /// Connections that are being served.
    [[nodiscard]] std::size_t connections() const noexcept;

    /// Serves until `stop` completes, for instance signals({SIGINT, SIGTERM}), then drains.
    ///
    /// Returns: what `stop` gave. Throws: what `stop` threw, after draining; std::system_error when
    /// the listening socket fails. Cancel: as close(), and the end is awaited.
    template <class A>
    task<awaited_t<A>> serve_until(A stop);

    /// Stops accepting and waits until the connections have ended; those that are there after
    /// `drain_timeout` are cancelled. Throws and Cancel: as serve_until().
    task<void> drain();

    /// Stops accepting and cancels all connections. Returns at once; again, it does nothing.
    void close() noexcept;

    /// Waits until nothing of the server is left. Throws: as serve_until(). Cancel: ends the wait.
    task<void> wait_closed();

private:
    friend task<server> start_server(endpoint, connection_handler, server_options);
    friend server make_server(std::unique_ptr<server_core> core);

    server(server_core& core, future<void> ended, address local) noexcept
        : core_(&core), ended_(std::move(ended)), local_(local) {}

    /// Has `waiting` cancelled when the server fails; null: nobody waits any longer.
    void tell_of_failure(cancel_scope* waiting) noexcept;

    server_core* core_;        // lives in the frame of the server's task: gone once that has ended
    future<void> ended_;
    address local_;
};

/// Starts a server at `at`; port 0 lets the system choose one, see server::port().
///
/// For each connection `handler` is called with a stream, in a task of its own; it may be a
/// capturing lambda, which is kept until the last connection has ended.
/// Throws: std::system_error "listen 127.0.0.1:80 (advice): Address already in use".
/// Lifetime: the text of `at`, until the call returns.
task<server> start_server(endpoint at, connection_handler handler, server_options options = {});

template <class A>
task<awaited_t<A>> server::serve_until(A stop) {
    outcome<awaited_t<A>> stopped;
    bool interrupted = false;
    cancel_scope waiting;
    tell_of_failure(&waiting);
    try {
        if constexpr (std::is_void_v<awaited_t<A>>) {
            co_await std::move(stop);
            stopped.emplace();
        } else {
            stopped.emplace(co_await std::move(stop));
        }
    } catch (const cancelled&) {
        interrupted = true;
    } catch (...) {
        stopped.fail(std::current_exception());
    }
    tell_of_failure(nullptr);
    waiting.leave();
    if (interrupted && !waiting.caught()) {   // the caller was cancelled
        close();
        cancel_scope shield({.shielded = true});
        co_await wait_closed();
        shield.leave();
        throw cancelled{};
    }
    co_await drain();   // throws what the server failed of, if it did
    co_return stopped.take();
}

}  // namespace troika::net
