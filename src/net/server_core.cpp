// SPDX-License-Identifier: MIT
#include "net/server_core.hpp"

#include <troika/io/errors.hpp>
#include <troika/loop/event_loop.hpp>
#include <troika/net/security.hpp>
#include <troika/tasks/sleep.hpp>

#include "core/report.hpp"
#include "net/socket_operation.hpp"
#include "net/socket_transport.hpp"

#include <cerrno>
#include <exception>
#include <optional>
#include <system_error>

namespace troika::net {

namespace {

// The system is short of something that it may have again soon.
constexpr bool is_shortage(int error) noexcept {
    return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

// The listening socket itself is unusable. All other errors are the accepted connection's own:
// accept() passes on what the network reported for it (see accept(2), "Error handling").
constexpr bool is_fatal(int error) noexcept {
    return error == EBADF || error == EINVAL || error == ENOTSOCK || error == EOPNOTSUPP ||
           error == EFAULT;
}

// Peers come and go as they please: where nobody listens to errors, that is not worth a report.
bool is_peers_doing(const std::exception_ptr& error) noexcept {
    try {
        std::rethrow_exception(error);
    } catch (const std::system_error& e) {
        return e.code() == std::errc::connection_reset || e.code() == std::errc::broken_pipe ||
               e.code() == std::errc::connection_aborted || e.code() == std::errc::timed_out;
    } catch (const incomplete_read&) {
        return true;
    } catch (const limit_overrun&) {
        return true;
    } catch (...) {
        return false;
    }
}

}  // namespace

/// Owns the tasks of the connections; one's failure is not the others' affair.
class server_core::connection_tasks final : public task_owner {
public:
    explicit connection_tasks(server_core& core) : core_(core) {}

private:
    void child_failed(task_node& child, const std::exception_ptr& error) noexcept override {
        child.mark_retrieved();
        core_.report(error);
    }
    server_core& core_;
};

/// One of the connections_max places, from accept until the task and all it held are gone.
class server_core::place {
public:
    explicit place(server_core& core) noexcept : core_(&core) { ++core.connections; }
    place(place&& other) noexcept : core_(std::exchange(other.core_, nullptr)) {}
    place& operator=(place&&) = delete;
    ~place() {
        if (core_ == nullptr) return;
        --core_->connections;
        if (core_->full != nullptr) core_->full->end();
    }

private:
    server_core* core_;
};

std::string vacancy_wait::label() const {
    return "the end of one of " + std::to_string(core_->options.connections_max) + " connections";
}

void server_core::stop_accepting() noexcept {
    if (stopping) return;
    stopping = true;
    if (accepting != nullptr) accepting->cancel();
    if (options.on_drain.call != nullptr) options.on_drain.call(options.on_drain.object);
}

void server_core::report(const std::exception_ptr& error) const noexcept {
    try {
        if (options.on_error)
            options.on_error(error);
        else if (!is_peers_doing(error))
            troika::impl::report("server " + local.to_string() + ": " + describe(error));
    } catch (...) {
        troika::impl::report("the error listener of a server threw");
    }
}

// Who is no client of this server (a scanner, an old program) is no news unless somebody listens.
task<std::optional<stream>> server_core::accept_securely(stream plain) {
    std::optional<stream> secured;
    try {
        secured.emplace(co_await options.tls->accept(std::move(plain)));
    } catch (const std::exception&) {
        if (options.on_error) report(std::current_exception());
    }
    co_return secured;
}

task<void> server_core::converse(server_core& core, place, stream peer) {
    if (core.options.tls != nullptr) {
        std::optional<stream> secured = co_await core.accept_securely(std::move(peer));
        if (!secured) co_return;
        peer = std::move(*secured);
    }
    std::optional<task<void>> serving;
    core.handler(std::move(peer), serving);
    co_await std::move(*serving);
}

void server_core::start_connection(connection_tasks& tasks, int descriptor) {
    socket accepted(loop.door(), descriptor);
    tasks.start_forgotten(converse(*this, place(*this), stream(loop, carry(std::move(accepted)))),
                          {.name = "connection"});
}

task<void> server_core::accept_all(connection_tasks& tasks) {
    bool short_of = false;   // told once for each shortage, not for each attempt
    for (;;) {
        co_await vacancy_wait(*this);
        const std::int32_t got = co_await accept_operation(loop, listener, local);
        if (got >= 0) {
            short_of = false;
            start_connection(tasks, got);
        } else if (is_fatal(-got)) {
            os::throw_error(-got, "accept", local.to_string());
        } else if (is_shortage(-got)) {
            if (!std::exchange(short_of, true))
                report(std::make_exception_ptr(std::system_error(
                    -got, std::generic_category(), "accept " + local.to_string())));
            co_await sleep(accept_pause);
        }
    }
}

task<void> server_core::serve(std::unique_ptr<server_core> core) {
    std::exception_ptr fatal;
    bool interrupted = false;
    connection_tasks tasks(*core);
    cancel_scope accepting;
    core->accepting = &accepting;
    if (core->stopping) accepting.cancel();
    try {
        co_await core->accept_all(tasks);
    } catch (const cancelled&) {
        interrupted = true;
    } catch (...) {
        fatal = std::current_exception();
    }
    core->accepting = nullptr;
    accepting.leave();
    core->listener.close();
    if (fatal != nullptr && core->waiting != nullptr) core->waiting->cancel();

    tasks.set_deadline(deadline_after(core->loop.now(), core->options.drain_timeout));
    co_await tasks.join();
    tasks.leave();
    if (fatal != nullptr) std::rethrow_exception(fatal);
    if (interrupted && !accepting.caught()) throw cancelled{};
}

}  // namespace troika::net
