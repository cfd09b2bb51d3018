// SPDX-License-Identifier: MIT
#pragma once

#include <troika/base/std_parts.hpp>
#include <troika/loop/io_request.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace troika {

/// Work that the kernel (or a helper thread of the poller) does for one task: a request, and where
/// its result goes.
///
/// Between submit() and complete() the poller, and possibly the kernel, own this object, the
/// request's buffers and its address: it neither moves nor dies, cancelled or not.
class io_operation {
public:
    explicit io_operation(const io_request& wanted) noexcept : request(wanted) {}
    io_operation(const io_operation&) = delete;
    io_operation& operator=(const io_operation&) = delete;

    /// Told once, from inside wait(), never from inside submit() or cancel(): what the request
    /// gave, or a negative errno. May submit and cancel other operations, and reuse or destroy this
    /// one.
    virtual void complete(std::int32_t result) noexcept = 0;

    io_request request;

    /// Private to the poller while the operation is in flight.
    struct poller_links {
        io_operation* previous = nullptr;
        io_operation* next = nullptr;
        std::uint32_t slot = 0;   // place in the poller's table of operations
        std::uint8_t state = 0;   // meaning is the backend's; 0 = not in flight
    } links;

protected:
    ~io_operation() = default;
};

/// The one door between an event loop and the kernel, completion-style.
///
/// Implemented by the uring, epoll and sim backends; what they must agree on is written as
/// tests/conformance/poller_test.cpp, and this comment is only its summary.
/// Thread: that of the loop (fixed by the first submit() or wait()), except wake(), which is const.
class poller {
public:
    using time_point = std::chrono::steady_clock::time_point;

    virtual ~poller() = default;   // Requires: nothing in flight.

    /// Starts `operation`. Its complete() is called exactly once, from a later wait().
    /// Of several receives (or sends) on one socket any may be served first.
    virtual void submit(io_operation& operation) noexcept = 0;

    /// Asks that `operation`, which is in flight, end soon. It still completes exactly once: with
    /// -ECANCELED, or with its real result when the kernel was faster. A socket accepted or a file
    /// opened by an operation that completes after a cancel is delivered like any other.
    /// Asked again, it does nothing.
    virtual void cancel(io_operation& operation) noexcept = 0;

    /// Hands what was submitted to the kernel, then sleeps until something completes, until wake(),
    /// or until `deadline`; delivers at most completions_per_wait_max completions.
    ///
    /// A deadline in the past only looks; time_point::max() sleeps without limit. Returns at once
    /// when an operation can be completed without asking the kernel to sleep.
    /// Returns: how many completions were delivered.
    virtual std::size_t wait(time_point deadline) noexcept = 0;

    /// Ends the wait() that runs, or the next one. Coalesces: many calls, one early return.
    /// Thread: any; safe in a signal handler.
    virtual void wake() const noexcept = 0;
    /// What another process may write to in order to wake the loop; -1: nothing.
    [[nodiscard]] virtual int wake_descriptor() const noexcept { return -1; }

    /// The time, as this poller's deadlines measure it (virtual in the sim backend).
    [[nodiscard]] virtual time_point now() const noexcept = 0;

    /// Operations submitted and not yet completed.
    [[nodiscard]] virtual std::size_t in_flight() const noexcept = 0;

    /// "uring", "epoll" or "sim".
    [[nodiscard]] virtual std::string_view name() const noexcept = 0;

    // What sockets need besides: short calls that never sleep. Results are a descriptor or 0, or a
    // negative errno. Descriptors are close-on-exec, and non-blocking where the backend needs it.

    /// A stream socket for `family`'s kind of address, not connected.
    virtual int open_socket(address_family family) noexcept = 0;
    /// A stream socket bound to `address` (port 0: chosen by the kernel) and listening.
    virtual int listen(const socket_address& address, const listen_options& options) noexcept = 0;
    /// Two connected stream sockets, for pipes between tasks and for tests.
    virtual int open_pair(int (&sockets)[2]) noexcept = 0;
    virtual int local_address(int socket, socket_address& into) noexcept = 0;
    virtual int remote_address(int socket, socket_address& into) noexcept = 0;
    /// Ends one direction; the peer reads the end of the stream after what was sent.
    virtual int shutdown(int socket, shutdown_how how) noexcept = 0;
    /// Sets TCP_NODELAY; nothing on other sockets.
    virtual int set_no_delay(int socket, bool on) noexcept = 0;
    /// Closes a socket or file. Requires: nothing in flight on it.
    /// Sockets are closed here and nowhere else; what was only waited for, read or written may be
    /// closed by its owner, when nothing is in flight.
    virtual void close(int descriptor) noexcept = 0;

    static constexpr std::size_t completions_per_wait_max = 256;
};

/// Which backend to make.
enum class poller_kind : std::uint8_t { automatic, uring, epoll };

/// The best poller that this kernel allows: io_uring where its features are present, else epoll.
///
/// The environment variable TROIKA_BACKEND (uring, epoll or auto) decides what `automatic` means.
/// Throws: std::system_error naming the missing feature when `wanted` is a backend that cannot be
/// had; std::invalid_argument when the variable holds another word.
std::unique_ptr<poller> make_poller(poller_kind wanted = poller_kind::automatic);

/// What make_poller(automatic) chose or would choose, and why: one line for `troika doctor`.
/// Throws: std::invalid_argument, as make_poller().
std::string explain_poller();

}  // namespace troika
